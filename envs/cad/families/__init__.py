"""The families of CAD tasks, one folder each."""
