"""Blocking: which pairs are looked at, for whole tables and around a few customers."""
