import pytest
from graphql import parse, validate
from hypothesis import given
from hypothesis import strategies as st

from api.contract.schema import build_schema
from api.execution.limits import LARGEST, MAX_COST, OperationLimits
from api.execution.prepared import PreparedDocument

SCHEMA = build_schema(fast_execution=True).core
BY = 'by: {customer: "crm:1"}'


def refusals(document: str) -> list[str]:
    return [error.message for error in validate(SCHEMA, parse(document), [OperationLimits])]


def cost(document: str, **variables: object) -> int:
    return PreparedDocument(SCHEMA, document).cost(None, variables).requested


def in_profile(selection: str) -> str:
    return f"{{ profile({BY}) {{ ... on Profile {{ {selection} }} }} }}"


def nested_fragments(count: int) -> str:
    """Fragments of which each names the next one twice: 2 ** count fields in a few hundred bytes."""
    fragments = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(count)]
    last = f"fragment F{count} on Query {{ confidenceLevels {{ default }} }}"
    return "\n".join(["{ ...F0 }", *fragments, last])


@pytest.mark.parametrize(
    ("document", "measure"),
    [
        ("{ " + " ".join(f"a{n}: confidenceLevels {{ default }}" for n in range(21)) + " }", "aliases"),
        ("{ " + "... { " * 3 + "confidenceLevels { default }" * 300 + " } } } }", "fields"),
        (in_profile("session { profile { " * 8 + "id" + " } }" * 8), "levels"),
        ("{ confidenceLevels { default " + "@include(if: true) " * 21 + "} }", "directives"),
        (nested_fragments(30), "fields"),
    ],
)
def test_an_operation_that_asks_for_too_much_is_refused(document: str, measure: str) -> None:
    assert refusals(document) == [f"The operation has too many {measure}; the limit is {getattr(LARGEST, measure):,}."]


@pytest.mark.parametrize(
    "document",
    [
        '{ search(text: "a", first: 50) { profile { links(first: 1000) { rule } } } }',
        in_profile("links(first: 99999999999) { evidence { level } } " * 12),
        "{ " + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(20)) + " }",
        nested_fragments(30),
    ],
)
def test_an_operation_that_costs_too_much_says_how_much(document: str) -> None:
    assert cost(document) > MAX_COST


@pytest.mark.parametrize(
    "document",
    [
        in_profile(
            "fields { name value others { value } } identifiers { kind } devices { kind } customers { key } "
            "links { evidence { level } } consents { purpose } sessions { session { key } } "
            "journey(first: 100) { edges { cursor node { at } } }"
        ),
        '{ search(text: "a") { profile { id journey { nodes { at } } } matches { customer } } }',
        "{ __schema { types { ofType { name ofType { name ofType { name ofType { name ofType { name } } } } } } } }",
        "{ ...Self } fragment Self on Query { confidenceLevels { default } ...Self }",
        nested_fragments(7),
    ],
)
def test_an_operation_that_somebody_means_is_let_through(document: str) -> None:
    assert refusals(document) == []
    assert cost(document) < MAX_COST


def test_every_measure_counts_the_whole_operation() -> None:
    document = (
        "{ ...A ... { b: confidenceLevels { default } } } fragment A on Query { "
        + "".join(f"a{n}: confidenceLevels {{ default }} " for n in range(20))
        + "}"
    )

    assert refusals(document) == ["The operation has too many aliases; the limit is 20."]


@pytest.mark.parametrize(
    ("document", "variables", "requested"),
    [
        ("{ __typename }", {}, 1),
        # The operation, a read, an object.
        ("{ confidenceLevels { default } }", {}, 1 + 10 + 1),
        ("{ confidenceLevels { default levels { name } } }", {}, 1 + 10 + 1 + 1),
        (f"{{ profile({BY}) {{ ... on Profile {{ id links(first: 7) {{ rule }} }} }} }}", {}, 1 + 10 + 1 + 7),
        (f"{{ profile({BY}) {{ ... on Profile {{ id links {{ rule }} }} }} }}", {}, 1 + 10 + 1 + 100),
        # The journey of each of three profiles is read: an object with its nodes.
        ('{ search(text: "a", first: 3) { profile { journey(first: 5) { nodes { at } } } } }', {},
         1 + 10 + 3 * (1 + 1 + 10 + 5 * (1 + 1))),
        ('query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }', {"n": 4}, 1 + 10 + 4 * 2),
        ('query ($n: Int! = 3) { search(text: "a", first: $n) { matches { score } } }', {}, 1 + 10 + 3 * 2),
        ('query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }', {"n": 4.0}, 1 + 10 + 4 * 2),
        ('query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }', {"n": 1e300}, 1 + 10 + 1_000 * 2),
        ('query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }', {"n": 4.5}, 1 + 10 + 1_000 * 2),
        ('query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }', {"n": True}, 1 + 10 + 1_000 * 2),
        ('query ($n: Int) { search(text: "a", first: $n) { matches { score } } }', {"n": "x"}, 1 + 10 + 1_000 * 2),
        ('query ($n: Int) { search(text: "a", first: $n) { matches { score } } }', {"n": None}, 1 + 10 + 20 * 2),
        ('query ($n: Int) { search(text: "a", first: $n) { matches { score } } }', {}, 1 + 10 + 20 * 2),
        ('query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }', {"n": -9}, 1 + 10 + 1 * 2),
        ('query ($n: Int!) { search(text: "a", first: $n) { matches { score } } }', {"n": 10**9}, 1 + 10 + 1_000 * 2),
    ],
)  # fmt: skip
def test_the_cost_is_objects_and_reads(document: str, variables: dict[str, object], requested: int) -> None:
    assert cost(document, **variables) == requested


@given(st.lists(st.integers(min_value=-5, max_value=2_000), min_size=1, max_size=8))
def test_a_remembered_document_costs_what_a_new_one_does(pages: list[int]) -> None:
    text = 'query A($n: Int!) { search(text: "a", first: $n) { matches { score } } } query B { __typename }'
    kept = PreparedDocument(SCHEMA, text)

    for page in [*pages, *pages]:
        assert kept.cost("A", {"n": page}) == PreparedDocument(SCHEMA, text).cost("A", {"n": page})
    assert kept.cost("B", {}).requested == 1
