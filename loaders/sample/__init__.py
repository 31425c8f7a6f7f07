"""The sample company: an invented mobile operator, and what six of its systems know of its customers."""
