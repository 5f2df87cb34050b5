"""What runs in confined children of the fork server: specification, candidate, compiler; never two in one."""
