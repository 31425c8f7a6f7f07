"""Sources, mappings, standardisation, dead letters, and the sample company."""
