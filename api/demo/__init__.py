"""Demo: the whole path on the sample company."""
