"""The key with which tests ask the API. Those about keys make their own."""

from typing import Any

from api.settings import ApiSettings

API_KEY = "key-of-the-tests"
AUTHORIZED = {"Authorization": f"Bearer {API_KEY}"}


def keyed_settings(**changes: Any) -> ApiSettings:
    """Settings of an API on a free port that takes the key."""
    settings: dict[str, Any] = {"api_port": 0, "api_key": API_KEY}
    return ApiSettings(_env_file=None, **(settings | changes))  # pyright: ignore[reportCallIssue]
