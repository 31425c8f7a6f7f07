"""Console: questions of the command line, answered like those of the API."""
