"""Metrics: how much is asked, by registered names, and how it ends; in the format of Prometheus.

Labels come from closed sets: names of operations that are registered, names of statements, codes, sources with a write
key. So whatever clients send, there are no more series than these.
"""
