"""Settings of the store of dead letters."""

from functools import cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from graph.settings import cdp_settings


class RejectsSettings(BaseSettings):
    """How long dead letters are kept, and whether they are encrypted."""

    model_config = SettingsConfigDict(env_prefix="CDP_REJECTS_", env_file=".env", extra="ignore", frozen=True)

    keep_days: int = Field(90, ge=1, le=3650, description="Days after which a dead letter that is not seen again goes.")
    key: SecretStr | None = Field(
        None,
        description="Key of the rows: 32 bytes in base64. Of several, with commas, the first encrypts, all decrypt.",
    )


@cache
def rejects_settings() -> RejectsSettings:
    """Read once per process."""
    return RejectsSettings()  # pyright: ignore[reportCallIssue]


def default_rejects_dir() -> Path:
    """Where dead letters and the log of deliveries are: a folder of this project's data."""
    return cdp_settings().data_dir / "rejects"
