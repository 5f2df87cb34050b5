"""Tables of faults that the tools confirmed to break their designs, one file a family; written by `ecot confirm`."""
