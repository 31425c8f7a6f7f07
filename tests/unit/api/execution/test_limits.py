import pytest
from graphql import parse, validate

from api.contract.schema import build_schema
from api.execution.limits import LARGEST, OperationLimits

SCHEMA = build_schema(fast_execution=True).core
BY = 'by: {customer: "crm:1"}'


def refusals(document: str) -> list[str]:
    return [error.message for error in validate(SCHEMA, parse(document), [OperationLimits])]


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
        ('{ search(text: "a", first: 50) { profile { links(first: 1000) { rule } } } }', "objects"),
        (
            'query ($n: Int!) { search(text: "a", first: $n) { profile { links(first: $n) { evidence { level } } } } }',
            "objects",
        ),
        (in_profile("links(first: 99999999999) { " * 2 + "evidence { level }" + " }" * 2), "objects"),
        (nested_fragments(30), "fields"),
    ],
)
def test_an_operation_that_asks_for_too_much_is_refused(document: str, measure: str) -> None:
    assert refusals(document) == [f"The operation has too many {measure}; the limit is {getattr(LARGEST, measure):,}."]


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


def test_every_measure_counts_the_whole_operation() -> None:
    document = (
        "{ ...A ... { b: confidenceLevels { default } } } fragment A on Query { "
        + "".join(f"a{n}: confidenceLevels {{ default }} " for n in range(20))
        + "}"
    )

    assert refusals(document) == ["The operation has too many aliases; the limit is 20."]
