"""Where the graph database is: ``NEO4J_URI`` when set, else the embedded server."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Address:
    """A database to connect to; without user and password where it asks for none."""

    uri: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str = "neo4j"
