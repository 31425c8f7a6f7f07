"""Settings of the API, from the environment or ``.env``."""

from functools import cache
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """How the API is served and how much one request may ask for."""

    model_config = SettingsConfigDict(env_prefix="CDP_", env_file=".env", extra="ignore")

    api_host: str = Field(
        "127.0.0.1", description="Address on which the API listens; 0.0.0.0 or :: are all of this machine."
    )
    api_port: int = Field(8000, ge=0, le=65535, description="Port of the API; 0 takes a free one.")
    api_workers: int = Field(1, ge=1, le=64, description="Processes that answer, each with connections of its own.")
    trusted_proxies: tuple[str, ...] = Field(
        (),
        description="Addresses of proxies, as a JSON list, whose X-Forwarded-For and X-Forwarded-Proto are believed.",
    )
    drain_s: float = Field(
        5.0,
        ge=0,
        le=300,
        description="Seconds after SIGTERM in which /readyz says no and everything is still answered; Ctrl-C has none.",
    )
    log_format: Literal["auto", "json", "plain"] = Field(
        "auto", description="Form of the logs on stderr: json, plain, or auto: json where that is no terminal."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level of what is logged; at INFO each request has a line."
    )
    tracing: bool = Field(
        default=False,
        description="Sends spans of operations and statements to where OTEL_EXPORTER_OTLP_ENDPOINT says (extra otel).",
    )
    metrics_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port of its own for /metrics. Unset: on the API's port, for this machine only.",
    )
    metrics_host: str = Field("127.0.0.1", description="Address on which CDP_METRICS_PORT listens.")
    api_key: SecretStr | None = Field(
        None, description="Bearer key that every GraphQL request must carry. Unset: none."
    )
    development: bool = Field(default=True, description="Serves GraphiQL at / and answers introspection.")
    allowed_hosts: tuple[str, ...] = Field(
        ("127.0.0.1", "localhost", "[::1]"),
        description="Names in the Host header that are answered, as a JSON list; * is any. A page elsewhere that "
        "points its own name at this machine is refused.",
    )
    country: str | None = Field(
        None,
        pattern="^[A-Z]{2}$",
        description="Country (ISO 3166-1 alpha-2) in which national telephone numbers of callers are read. Unset: only "
        "international ones are understood.",
    )
    deadline_s: float = Field(8.0, gt=0, description="Seconds after which a GraphQL request is given up (503).")
    max_body_bytes: int = Field(262_144, gt=0, description="Size of the largest request body that is read, in bytes.")
    webhook_mappings: tuple[str, ...] = Field(
        (), description="Mapping files whose sources send webhooks to /webhooks/NAME, as a JSON list."
    )
    fast_execution: bool = Field(
        default=True, description="Plain fields are read without graphql-core's general path. False: its own executor."
    )


@cache
def api_settings() -> ApiSettings:
    """Read once per process."""
    return ApiSettings()  # pyright: ignore[reportCallIssue]
