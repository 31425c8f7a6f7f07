import pytest
from graphql import OperationDefinitionNode, parse, validate
from graphql.execution.values import get_variable_values

from api.contract.schema import build_schema
from api.examples.reading import FOLDER, Example, read_examples

SCHEMA = build_schema(fast_execution=True).core
EXAMPLES = pytest.mark.parametrize("example", read_examples(), ids=lambda example: example.name)


def operation(example: Example) -> OperationDefinitionNode:
    (only,) = [node for node in parse(example.document).definitions if isinstance(node, OperationDefinitionNode)]
    return only


@EXAMPLES
def test_an_example_is_an_operation_of_the_schema_with_values_for_its_variables(example: Example) -> None:
    assert validate(SCHEMA, parse(example.document)) == []

    declared = operation(example).variable_definitions or ()
    values = get_variable_values(SCHEMA, declared, example.variables)
    assert not isinstance(values, list), [error.message for error in values]
    assert example.variables.keys() <= {node.variable.name.value for node in declared}


@EXAMPLES
def test_an_example_says_in_its_first_line_what_it_is_for(example: Example) -> None:
    name = operation(example).name

    assert example.document.startswith("# ")
    assert example.words.endswith(".")
    assert name is not None
    assert name.value == example.name.title().replace("_", ""), "the operation is named as the file"


def test_every_member_of_a_union_can_be_told_apart() -> None:
    assert [
        example.name
        for example in read_examples()
        if example.document.count("... on ") and "__typename" not in example.document
    ] == []


def test_the_document_about_the_examples_names_each() -> None:
    words = (FOLDER / "README.md").read_text(encoding="utf-8")

    assert [example.name for example in read_examples() if f"`{example.name}`" not in words] == []
