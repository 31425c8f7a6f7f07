"""Settings of the graph floor, from the environment or ``.env``."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Neo4jSettings(BaseSettings):
    """Which Neo4j: ``NEO4J_URI`` where it is set, else the embedded server."""

    model_config = SettingsConfigDict(env_prefix="NEO4J_", env_file=".env", extra="ignore")

    uri: str | None = Field(None, description="Address of a Neo4j 5.26 or later. Unset: the embedded server is used.")
    user: str = Field("neo4j", description="User for NEO4J_URI.")
    password: SecretStr | None = Field(None, description="Password for NEO4J_URI. Unset: no authentication.")
    database: str = Field("neo4j", description="Database for NEO4J_URI.")


class CdpSettings(BaseSettings):
    """Where things are kept and how much memory the embedded server may take."""

    model_config = SettingsConfigDict(env_prefix="CDP_", env_file=".env", extra="ignore")

    data_dir: Path = Field(Path(".cdp"), description="Folder of this project's database and reports.")
    cache_dir: Path = Field(
        Path("~/.cache/identity-cdp"), description="Folder of downloaded programs, shared by all projects of a user."
    )
    guards_file: Path | None = Field(None, description="File with guards of your own, beside the shipped ones.")
    survivorship_file: Path | None = Field(
        None, description="File with rules of your own for which value a profile shows."
    )
    bolt_port: int = Field(7687, ge=1, le=65535, description="Port of the embedded server for Bolt.")
    http_port: int = Field(7474, ge=1, le=65535, description="Port of the embedded server for HTTP and Neo4j Browser.")
    heap: str = Field("1g", pattern=r"^\d+[kmg]$", description="Heap of the embedded server, such as 512m or 2g.")
    page_cache: str = Field("512m", pattern=r"^\d+[kmg]$", description="Page cache of the embedded server.")


@cache
def neo4j_settings() -> Neo4jSettings:
    """Read once per process."""
    return Neo4jSettings()  # pyright: ignore[reportCallIssue]


@cache
def cdp_settings() -> CdpSettings:
    """Read once per process."""
    return CdpSettings()  # pyright: ignore[reportCallIssue]
