"""Settings of the tracking calls, from the environment or ``.env``."""

from functools import cache

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class TrackingSettings(BaseSettings):
    """How much of tracking is taken at once, and how much is kept of it."""

    model_config = SettingsConfigDict(env_prefix="CDP_TRACKING_", env_file=".env", extra="ignore")

    max_body_bytes: int = Field(
        4_194_304, gt=0, description="Size of the largest request, in bytes after it was unpacked."
    )
    max_message_bytes: int = Field(32_768, gt=0, description="Size of the largest message, in bytes of JSON.")
    max_messages: int = Field(2_500, gt=0, description="Messages of one request.")
    group_messages: int = Field(500, gt=0, description="Messages that are written in one transaction, about.")
    waiting_messages: int = Field(
        10_000, gt=0, description="Messages that wait to be written; beyond, calls are answered with 429."
    )
    in_hand_bytes: int = Field(
        33_554_432, gt=0, description="Bytes of all requests that are read and not answered; beyond: 429."
    )
    deadline_s: float = Field(8.0, gt=0, description="Seconds after which a call that is not written is answered 503.")
    whole_ip: bool = Field(
        default=False, description="Keeps IP addresses as they are; else the last 8 bits (IPv6: 80) are left out."
    )


@cache
def tracking_settings() -> TrackingSettings:
    """Read once per process."""
    return TrackingSettings()  # pyright: ignore[reportCallIssue]
