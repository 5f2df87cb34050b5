"""A pipe flange: disc, hub, bore and a circle of bolt holes."""
