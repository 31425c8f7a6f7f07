"""Backups of the embedded Neo4j and of what this project keeps beside it: one folder each, whole or not there.

    neo4j.dump       the graph, dumped by Neo4j's own tool while the server is stopped
    files/           what the data folder holds beside the graph: models, dead letters, the log of deliveries, ...
    guards.yaml      guards of one's own, where there are; configuration, so a restore leaves it here
    manifest.json    versions, counts of each label and type, constraints and indexes
    SHA256SUMS       checksums of all of them, as ``sha256sum -c`` reads them

Community has no backup of a running database. A folder is made under a temporary name and gets its own when its dump
was loaded into a server that is thrown away, and that server counted what the manifest says.
"""
