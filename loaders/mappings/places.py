"""Places outside of this machine, as mappings name them. Secrets are names of environment variables, never values."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class S3Place:
    """A bucket of S3-compatible storage. ``access_key``, ``secret_key``: variables; without them, no credentials."""

    bucket: str
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = None


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """An SFTP server. ``password``, ``key``: variables; ``host_key``: its public key, else that of known_hosts."""

    host: str
    user: str
    port: int = 22
    password: str | None = None
    key: str | None = None
    host_key: str | None = None


@dataclass(frozen=True, slots=True)
class Pages:
    """How a source is paged: by ``number`` (a parameter), by ``next`` (where the next token is) or by ``link``.

    ``parameter``: takes the token; ``size``: parameters of every request, such as the rows of a page. ``resume``: a
    token stays good, so that the next load goes on after the last one.
    """

    number: str | None = None
    first: int = 1
    next: str | None = None
    parameter: str | None = None
    link: bool = False
    resume: bool = False


@dataclass(frozen=True, slots=True)
class Since:
    """Only rows that changed: ``parameter`` takes the largest value of ``column`` that was loaded."""

    parameter: str
    column: str


@dataclass(frozen=True, slots=True)
class HttpPlace:
    """A REST source of JSON. ``rows``: where they are in a body; ``token``, ``headers``: variables."""

    url: str
    rows: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict[str, str])
    token: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    pages: Pages | None = None
    since: Since | None = None


@dataclass(frozen=True, slots=True)
class KafkaPlace:
    """A topic. ``settings``: of librdkafka; ``secrets``: the same, each with its variable."""

    servers: str
    topic: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    secrets: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class NatsPlace:
    """A JetStream stream, or a subject of it. ``token``, ``password``: variables."""

    servers: str
    stream: str
    subject: str | None = None
    user: str | None = None
    password: str | None = None
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Incremental:
    """Rows of a table since the largest value of ``column``; ``overlap_s`` seconds are read again."""

    column: str
    overlap_s: int = 0


@dataclass(frozen=True, slots=True)
class SnapshotMapping:
    """Each delivery holds every record. ``max_lost``: share of them that one may lose at most."""

    max_lost: float | None = None
