"""The family `count_words`: words of a text."""
