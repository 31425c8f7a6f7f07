from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loaders.connectors.patterns import folder_of, matches
from loaders.sources.files import find_files

NAMES = [
    "a.csv",
    "b.csv",
    "_b.csv",
    ".c.csv",
    "in/a.csv",
    "in/deep/a.csv",
    "in/deep/b1.csv",
    "in/a+b.csv",
    "in/[x].csv",
]
PATTERNS = ["*.csv", "in/*.csv", "**/a.csv", "in/**/*.csv", "in/deep/b?.csv", "in/deep/[ab]1.csv", "in/[!b].csv"]


@pytest.mark.parametrize("pattern", [*PATTERNS, "a.csv", "_b.csv", "in/a+b.csv"])
def test_names_on_a_server_match_as_files_of_this_machine_do(tmp_path: Path, pattern: str) -> None:
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    here = {str(path.relative_to(tmp_path)) for path in find_files(pattern, (tmp_path,))}
    assert {name for name in NAMES if matches(name, pattern)} == here
    assert here


@given(st.lists(st.text("ab*?/[]!", max_size=4), min_size=1, max_size=4))
def test_all_that_matches_is_in_the_folder_that_is_listed(parts: list[str]) -> None:
    pattern = "/".join(parts)
    folder = folder_of(pattern)
    assert pattern.startswith(folder)
    assert not set("*?") & set(folder)


def test_the_folder_of_a_pattern_ends_before_its_first_star() -> None:
    assert [folder_of(pattern) for pattern in ("a/b/c-*.csv", "*.csv", "a/*/b.csv", "a/b.csv")] == ["a/b", "", "a", "a"]
