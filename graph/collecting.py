"""Garbage collection of whole commands: how often Python looks for cycles of references."""

import gc

# So many new containers before they are looked through. At Python's own 700 a load spent an eighth of its processor
# time here, and preparing a million customers three fifths.
_NEW_OBJECTS = 200_000


def collect_rarely() -> None:
    """Set the collector of this process for work on many records, which are lists and mappings without cycles.

    Memory follows the references as ever: only what refers to itself waits longer.
    """
    gc.set_threshold(_NEW_OBJECTS)
