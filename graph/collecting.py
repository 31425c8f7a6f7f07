"""Garbage collection of whole commands: how often Python looks for cycles of references."""

import gc

# So many new containers before the newest are looked through, and so many times that before the older ones are. At
# Python's own 700 a load spent a seventh of its processor time here, and preparing a million customers three fifths.
_NEW_OBJECTS, _TIMES = 200_000, 20


def collect_rarely() -> None:
    """Set the collector of this process for work on many records, which are lists and mappings without cycles.

    Memory follows the references as ever: only what refers to itself waits longer.
    """
    gc.set_threshold(_NEW_OBJECTS, _TIMES, _TIMES)
