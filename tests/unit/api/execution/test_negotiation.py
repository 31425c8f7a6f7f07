import pytest

from api.execution.negotiation import GRAPHQL_JSON, JSON, is_json, names, negotiate


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("application/*", GRAPHQL_JSON),
        (JSON, JSON),
        (GRAPHQL_JSON, GRAPHQL_JSON),
        (f"{JSON};q=0.5, {GRAPHQL_JSON}", GRAPHQL_JSON),
        (f"{JSON}, {GRAPHQL_JSON};q=0.5", JSON),
        (f"text/html, {JSON};q=0.1", JSON),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON};q=much", None),
        ("text/event-stream", None),
    ],
)
def test_the_media_type_with_the_highest_quality_wins(accept: str, media_type: str | None) -> None:
    assert negotiate(accept) == media_type


@pytest.mark.parametrize(
    ("accept", "named"),
    [
        ("text/event-stream", True),
        (f"{GRAPHQL_JSON}, {JSON}, Text/Event-Stream ; q=0.1", True),
        ("text/event-stream;q=0", False),
        (f"text/event-stream; q=0.0, {JSON}", False),
        ("text/event-stream;q=much", False),
        ("*/*", False),
        ("text/*", False),
        ("text/event-streams", False),
        ("", False),
    ],
)
def test_a_media_type_is_accepted_where_it_is_named(accept: str, named: bool) -> None:  # noqa: FBT001
    assert names(accept, "text/event-stream") is named


@pytest.mark.parametrize(
    ("content_type", "accepted"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ('Application/JSON; charset="UTF-8"', True),
        ("application/json; charset=latin-1", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", False),
        ("multipart/form-data; boundary=x", False),
        ("text/plain; application/json", False),
        ("", False),
    ],
)
def test_only_a_json_body_is_read(content_type: str, accepted: bool) -> None:  # noqa: FBT001
    assert is_json(content_type) is accepted
