"""The family `decoder`: one line of many."""
