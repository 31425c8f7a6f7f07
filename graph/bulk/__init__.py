"""The first load of an empty database: records are merged outside of it, and Neo4j's importer builds the store.

``spooling`` keeps the rows of batches as they come, ``merging`` makes of them what the statements of ``graph.writing``
would, ``loading`` is the whole. Both ways give one graph, which a test compares.
"""
