"""What each system of the sample company saw of the world: a module a system, its file format in the docstring."""
