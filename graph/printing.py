"""Printing: what commands write for programs."""

import sys

import orjson


def print_json(document: object) -> None:
    """One JSON document on stdout, as one line."""
    sys.stdout.buffer.write(orjson.dumps(document) + b"\n")
    sys.stdout.buffer.flush()
