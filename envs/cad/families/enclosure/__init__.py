"""The lower half of an electronics enclosure: walls, rounded corners, four standoffs with pilot holes."""
