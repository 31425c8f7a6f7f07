"""Engines: what scores the blocked pairs of a whole table, on this machine or on many."""
