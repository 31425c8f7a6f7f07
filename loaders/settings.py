"""Settings of a load."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class LoadSettings(BaseSettings):
    """When a file is stopped, and how much is written at once."""

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


@cache
def load_settings() -> LoadSettings:
    """Read once per process."""
    return LoadSettings()  # pyright: ignore[reportCallIssue]
