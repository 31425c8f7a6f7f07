import ast
import statistics
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = ("cypher", "graph", "loaders", "resolution", "api")
MODULES = sorted(path for floor in (*FLOORS, "tests") for path in (ROOT / floor).rglob("*.py"))
UNCLEAR = {"utils", "util", "common", "helpers", "helper", "manager", "service", "misc"}


def _functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = ast.parse(path.read_text())
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def _length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_subject(path: Path) -> None:
    assert path.read_text().count("\n") <= 400
    assert path.stem not in UNCLEAR
    assert [function.name for function in _functions(path) if _length(function) > 60] == []


def test_functions_read_like_a_table_of_contents() -> None:
    lengths = sorted(_length(function) for path in MODULES for function in _functions(path))

    assert statistics.median(lengths) <= 8
    assert lengths[int(len(lengths) * 0.9)] <= 30


def test_no_other_distribution_owns_our_names() -> None:
    owners = packages_distributions()

    for floor in FLOORS:
        assert set(owners.get(floor, [])) <= {"identity-cdp"}
