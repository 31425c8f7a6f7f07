"""Settings of the API, from the environment or ``.env``."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

# Of the asymmetric kind only: with a shared secret whoever checks a token could make one.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


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
        None, description="A key with every scope, for a small deployment. Others: cdp key add."
    )
    oidc_issuer: str | None = Field(
        None, description="Identity provider whose tokens (JWT) people ask with: its `iss`. Unset: no tokens are taken."
    )
    oidc_audience: str | None = Field(None, description="What tokens must be meant for: their `aud`.")
    oidc_jwks_url: str | None = Field(
        None, description="Where the keys of the provider are. Unset: where its discovery document says."
    )
    oidc_algorithms: tuple[Algorithm, ...] = Field(
        ("RS256", "ES256"), min_length=1, description="Algorithms that tokens may be signed with, as a JSON list."
    )
    oidc_scope_claim: str = Field(
        "scope", description="Claim with the scopes of a person, words or a list; role:NAME gives those of a role."
    )
    purposes: tuple[str, ...] = Field(
        (),
        description="Purposes for which personal data may be read in clear, as a JSON list. Empty: any words.",
    )
    development: bool = Field(default=True, description="Serves GraphiQL at /.")
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
    requests_at_once: int = Field(
        100, gt=0, description="GraphQL requests that a process answers at once; beyond them 503 at once."
    )
    cost_per_second: int = Field(
        100_000, ge=0, description="Cost of operations that each actor may ask of a process in a second. 0: no limit."
    )
    cost_at_once: int = Field(
        500_000, ge=0, description="The same at once, by whoever has asked for little before; at least one operation."
    )
    unknown_sessions_per_minute: int = Field(
        600,
        ge=0,
        description="Sessions and devices that are not there, which each actor may ask a process for in a minute; "
        "beyond them all are answered as unknown. 0: no limit.",
    )
    trusted_documents: Path | None = Field(
        None,
        description="File (JSON of SHA-256 and document) or folder (such files, .graphql files) of the only documents "
        "that are answered. Unset: all are.",
    )
    audit_dir: Path | None = Field(
        None, description="Folder of the audit log. Unset: the folder audit in CDP_DATA_DIR."
    )
    audit_key: SecretStr | None = Field(
        None, description="Key that seals the audit log: 32 bytes in base64. Unset: one is made in its folder."
    )
    audit_file_bytes: int = Field(
        67_108_864, gt=0, description="Size of a file of the audit log, in bytes, from which on the next is begun."
    )
    audit_waiting: int = Field(
        10_000,
        gt=0,
        description="Audit records that may wait to be written; beyond them personal data in clear is not shown (503).",
    )
    audit_keep_days: int | None = Field(
        None,
        ge=1,
        description="Days after which `cdp serve` prunes files of the audit log, once a day. Unset: they are kept for "
        "ever.",
    )
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
