# Below AUTHENTICATED no personal data can be selected: the schema itself is walked, not an answer.
from collections.abc import Iterator

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from api.contract.schema import build_schema

SCHEMA = build_schema(fast_execution=True).core
WITH_A_LOGIN = "AuthenticatedSession"
# Every field that somebody without a login can be shown, looked at one by one: a new one has to be thought about.
WITHOUT_A_LOGIN = {
    "KnownSession": {"visit", "level", "reason", "confidence", "asOf"},
    "RecognisedSession": {"visit", "level", "reason", "confidence", "asOf", "visitor"},
    "ProbableSession": {"visit", "level", "reason", "confidence", "asOf", "visitor"},
    "AnonymousSession": {"visit", "level", "reason", "confidence", "asOf", "activity"},
    "UnknownIdentity": {"reason"},
    "Visit": {"key", "source", "channel", "startedAt", "endedAt", "campaign"},
    "Visitor": {"id", "consents", "activity"},
    "VisitorConsent": {"purpose", "channel", "state", "effectiveAt"},
    "VisitorInteraction": {
        *("at", "source", "channel", "type", "name", "intent", "reason", "products", "amount", "currency"),
    },
}


def reached(kind: GraphQLNamedType, seen: set[str]) -> Iterator[GraphQLNamedType]:
    """A type and all that can be selected from it."""
    if kind.name in seen:
        return
    seen.add(kind.name)
    yield kind
    if isinstance(kind, GraphQLUnionType):
        inside = [member for member in kind.types if member.name != WITH_A_LOGIN]
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        inside = [get_named_type(field.type) for field in kind.fields.values()]
    else:
        inside = []
    for part in inside:
        yield from reached(part, seen)


def test_from_a_session_without_a_login_only_what_is_listed_can_be_selected() -> None:
    union = SCHEMA.type_map["SessionResult"]
    kinds = [*reached(union, set()), SCHEMA.type_map["KnownSession"]]

    shown = {
        kind.name: set(kind.fields) for kind in kinds if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
    }

    assert shown == WITHOUT_A_LOGIN
    assert {kind.name for kind in kinds if is_leaf_type(kind)} == {
        *("String", "ID", "Float", "DateTime", "RecognitionLevel"),
    }


def test_the_profile_is_reached_from_a_session_with_a_login_only() -> None:
    seen: set[str] = set()
    list(reached(SCHEMA.type_map[WITH_A_LOGIN], seen))

    assert {"Profile", "ProfileField", "ProfileIdentifier", "JSON"} <= seen
