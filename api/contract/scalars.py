"""Scalars of the schema beside GraphQL's own."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NewType

import strawberry
from graphql import EnumValueNode, FloatValueNode, GraphQLError, IntValueNode, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from api.execution.errors import ErrorCode

# A number, or a string with the name of a level. What a name means depends on the model that scored last, so the
# resolver decides whether it can be used.
Confidence = NewType("Confidence", float)

_CONFIDENCE_FORM = "A Confidence is a number or the name of a level."


def _confidence(value: Any) -> str | float:  # noqa: ANN401 -- whatever JSON holds
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    raise GraphQLError(_CONFIDENCE_FORM, extensions={"code": ErrorCode.BAD_USER_INPUT})


def _confidence_literal(node: ValueNode, _variables: Mapping[str, Any] | None = None) -> str | float:
    if isinstance(node, IntValueNode | FloatValueNode):
        return float(node.value)
    if isinstance(node, StringValueNode | EnumValueNode):
        return node.value
    raise GraphQLError(_CONFIDENCE_FORM, node, extensions={"code": ErrorCode.BAD_USER_INPUT})


def _parse_time(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise GraphQLError("A DateTime is ISO 8601 with an offset, such as 2026-03-01T12:00:00Z.")
    return at


def say_time(at: datetime) -> datetime:
    """As it is: orjson writes it into the answer as ``isoformat`` would, in an eighth of the time."""
    return at


CONFIDENCE = strawberry.scalar(
    name="Confidence",
    description="How sure an answer has to be: a number from 0 to 1, or the name of a level of the model that scored "
    "last, as an enum value or a string in any case. EXACT: rules and stewards only; STRICT; DEFAULT: chosen by the "
    "model from the data; LOOSE. See `confidenceLevels`.",
    serialize=_confidence,
    parse_value=_confidence,
    parse_literal=_confidence_literal,
)
DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="A moment: ISO 8601 with an offset. Answers are in UTC.",
    serialize=say_time,
    parse_value=_parse_time,
)

SCALARS: dict[object, ScalarDefinition] = {Confidence: CONFIDENCE, datetime: DATE_TIME}
