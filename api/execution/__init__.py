"""Execution: from an HTTP request to a result within limits."""
