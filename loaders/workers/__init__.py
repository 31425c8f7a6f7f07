"""Processes beside this one that take a share of its work, because one Python uses one core."""
