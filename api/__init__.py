"""GraphQL, health and the command line: the only floor above loaders and resolution."""
