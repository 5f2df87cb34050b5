"""Published sets of CAD problems, read in their own format from the path that the user gives."""
