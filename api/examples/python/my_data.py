"""My data in Python: all that is kept about a customer, with the whole journey, as one JSON document.

Needs httpx and nothing of this project. The key is read from CDP_API_KEY.

Example: python my_data.py http://127.0.0.1:8000 shop:S15756499
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import httpx

MY_DATA = (Path(__file__).parents[1] / "my_data.graphql").read_text(encoding="utf-8")
RETRIES = 3


class ApiError(Exception):
    """The API refused or failed. ``code``: one of the schema's ErrorCode; ``request_id``: to quote."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["message"])
        extensions = problem.get("extensions", {})
        self.code, self.request_id = extensions.get("code"), extensions.get("requestId")


def ask(client: httpx.Client, document: str, variables: dict[str, Any]) -> dict[str, Any]:
    """The answer to one operation; a busy API is asked again when it says. Raises ApiError, httpx.HTTPError."""
    request = {"query": document, "variables": variables}
    response = client.post("/graphql", json=request)
    for _ in range(RETRIES):
        if "Retry-After" not in response.headers:
            break
        time.sleep(float(response.headers["Retry-After"]))
        response = client.post("/graphql", json=request)
    if "json" not in response.headers.get("Content-Type", ""):
        response.raise_for_status()
    body = response.json()
    if body.get("errors"):
        raise ApiError(body["errors"][0])
    return body["data"]


def my_data(client: httpx.Client, customer: str) -> dict[str, Any]:
    """The profile of a customer with every page of its journey. Raises ApiError, httpx.HTTPError."""
    profile = ask(client, MY_DATA, {"customer": customer})["profile"]
    if profile["__typename"] != "Profile":
        return profile
    journey, page = profile["journey"]["nodes"], profile["journey"]["pageInfo"]
    while page["hasNextPage"]:
        following = ask(client, MY_DATA, {"customer": customer, "after": page["endCursor"]})["profile"]["journey"]
        journey += following["nodes"]
        page = following["pageInfo"]
    return {**profile, "journey": journey}


def main(url: str, customer: str) -> None:
    """Print what is kept about a customer."""
    headers = {"Authorization": f"Bearer {key}"} if (key := os.environ.get("CDP_API_KEY")) else {}
    with httpx.Client(base_url=url, headers=headers, timeout=10) as client:
        try:
            json.dump(my_data(client, customer), sys.stdout, indent=2, ensure_ascii=False)
        except ApiError as error:
            sys.exit(f"{error.code}: {error} Request {error.request_id}.")


if __name__ == "__main__":
    main(*sys.argv[1:])
