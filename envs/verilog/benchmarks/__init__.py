"""The field's benchmarks in their own formats, and the judges that each set's own definition of a pass asks for."""
