"""Tracking calls: what websites, apps and servers say happened, durable in the graph before they are answered.

An adapter (``segment`` first) reads a request into ``messages.Message``s; from there on all is the same: ``records``
translates them into what the graph takes, ``grouped_writer`` writes many requests in one transaction, and
``resolving`` says who the customers are.
"""
