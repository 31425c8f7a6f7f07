"""Settings of a load."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LoadSettings(BaseSettings):
    """When a file is stopped, and how much is read and written at once."""

    model_config = SettingsConfigDict(env_prefix="CDP_LOAD_", env_file=".env", extra="ignore", frozen=True)

    max_rejected: float = Field(
        0.05, ge=0, le=1, description="Largest share of rejected rows: above it, nothing of the file is kept."
    )
    max_lost: float = Field(
        0.5, ge=0, le=1, description="Largest share of its customers that a full snapshot may lose: above it, refused."
    )
    batch_rows: int = Field(
        5_000, ge=1, le=100_000, description="Rows that are written in one transaction: all of them or none."
    )
    writers: int = Field(
        2, ge=1, le=16, description="Batches that are written at the same time, each over a connection of its own."
    )
    max_line_bytes: int = Field(
        16 << 20, ge=1_000, le=1 << 30, description="Longest line of a file; a longer one is a rejected row."
    )
    max_expansion: int = Field(
        200, ge=1, le=1_000_000, description="How many times its size an archive may grow to, beyond 64 MiB."
    )


@cache
def load_settings() -> LoadSettings:
    """Read once per process."""
    return LoadSettings()  # pyright: ignore[reportCallIssue]
