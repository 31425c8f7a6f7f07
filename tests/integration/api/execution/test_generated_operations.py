# Operations that schemathesis draws from the schema, in Anna's world: whatever is asked, nothing fails here. It knows
# neither @oneOf nor what is stored, so what it draws is brought nearer to what can be answered.
from collections.abc import Generator
from typing import Any, TypeVar

import pytest
import schemathesis
from graphql import (
    ArgumentNode,
    GraphQLInputObjectType,
    IntValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    print_ast,
    visit,
)
from httpx import AsyncClient
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from api.contract.schema_export import SCHEMA_FILE

Named = TypeVar("Named", ArgumentNode, ObjectFieldNode)

EXAMPLES = 8
KNOWN = {
    "customer": "crm:1", "email": "anna@example.org", "phone": "+49 431 55501", "session": "web:s2", "id": "web:s1",
    "device": "anonymous_id:d1", "text": "anna",
}  # fmt: skip
# What a client can be told about a document that fits the schema.
REFUSALS = {"BAD_USER_INPUT", "QUERY_TOO_COMPLEX"}

schemathesis.graphql.scalar("Confidence", st.floats(0, 1).map(nodes.Float) | st.just(nodes.String("loose")))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: nodes.String(f"{at.isoformat()}Z")))
SCHEMA = build_schema(SCHEMA_FILE.read_text(encoding="utf-8"))
DRAWN = schemathesis.graphql.from_path(SCHEMA_FILE)
# These and mutations work with the model in force, which Anna's world names and no disk holds.
WITH_A_MODEL = {"why", "whyNot"}
FIELDS = [("Query", field) for field in DRAWN["Query"] if field not in WITH_A_MODEL]


class Plausible(Visitor):
    """Half of the keys are Anna's, pages have a size that is allowed, and one field of a @oneOf input is left."""

    def __init__(self, types: TypeInfo, data: st.DataObject) -> None:
        super().__init__()
        self._types, self._data = types, data

    def enter_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode | None:
        return self._named(node)

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> ObjectFieldNode | None:
        return self._named(node)

    def _named(self, node: Named) -> Named | None:
        name, value = node.name.value, node.value
        if isinstance(value, IntValueNode) and name == "first":
            return type(node)(name=node.name, value=IntValueNode(value=str(abs(int(value.value)) % 60)))
        if isinstance(value, StringValueNode) and name in KNOWN and self._data.draw(st.booleans()):
            return type(node)(name=node.name, value=StringValueNode(value=KNOWN[name]))
        return None

    def enter_object_value(self, node: ObjectValueNode, *_: Any) -> ObjectValueNode | None:
        kind = get_named_type(self._types.get_input_type())
        if not isinstance(kind, GraphQLInputObjectType) or not kind.is_one_of:
            return None
        given = [field for field in node.fields if not isinstance(field.value, NullValueNode)]
        chosen = self._data.draw(st.sampled_from(given)) if given else _known_field(kind)
        return ObjectValueNode(fields=(chosen,))


def _known_field(kind: GraphQLInputObjectType) -> ObjectFieldNode:
    name = next(name for name in kind.fields if name in KNOWN)
    return ObjectFieldNode(name=NameNode(value=name), value=StringValueNode(value=KNOWN[name]))


def plausible(document: str, data: st.DataObject) -> str:
    types = TypeInfo(SCHEMA)
    return print_ast(visit(parse(document), TypeInfoVisitor(types, Plausible(types, data))))


@pytest.fixture
def answered() -> Generator[list[bool]]:
    """Which of the examples had an answer; some have."""
    found = list[bool]()
    yield found
    assert any(found)


@pytest.mark.usefixtures("anna")
@pytest.mark.parametrize(("root", "field"), FIELDS)
@settings(max_examples=EXAMPLES, derandomize=True, database=None)
@given(data=st.data())
async def test_nothing_fails_whatever_is_asked(
    client: AsyncClient, answered: list[bool], root: str, field: str, data: st.DataObject
) -> None:
    case = data.draw(DRAWN[root][field].as_strategy())
    response = await client.post("/graphql", json={"query": plausible(str(case.body), data)})
    codes = {error["extensions"]["code"] for error in response.json().get("errors", [])}

    assert response.status_code == 200
    assert codes <= REFUSALS, response.json()["errors"]
    answered.append(not codes)
