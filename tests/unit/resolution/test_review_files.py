from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import SourceReadError
from graph.review import entropy, information_of
from graph.spreadsheets import guarded, plain
from resolution.stewards.review_files import Answer, SetAside, read_answers, write_set_aside

CELLS = st.text(alphabet="=+-@'\t abc", max_size=6)


@given(CELLS)
def test_no_cell_is_a_formula_and_none_loses_a_character(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t"))
    assert plain(guarded(cell)) == cell


@given(st.floats(0, 1), st.integers(1, 100), st.integers(1, 100))
def test_a_question_tells_no_less_where_more_depends_on_it(probability: float, left: int, right: int) -> None:
    assert 0 <= information_of(probability, left, right) <= information_of(probability, left + 1, right)
    assert information_of(probability, left, right) == information_of(probability, right, left)


def test_a_toss_of_a_coin_about_two_records_is_one_bit() -> None:
    assert information_of(0.5, 1, 1) == 1
    assert entropy(1.0) < 1e-6


def test_rows_that_were_set_aside_come_back_as_they_were(tmp_path: Path) -> None:
    file = tmp_path / "rejects.csv"
    cells = {"left": "=crm:1", "right": "shop:1", "decision": "same", "reason": "'quoted', and\nin two lines"}
    write_set_aside(file, [SetAside("answers.csv", 7, "left", "no customer", cells)])

    (answer,) = read_answers(file)

    assert isinstance(answer, Answer)
    assert answer.left == "=crm:1"
    assert answer.same is True
    assert answer.reason == cells["reason"]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text('sep=;\nleft;right;decision;reason\na;b;same;"two\nlines"\n;;;\nc;d;what;\na;b;same;x;more\n')

    found = list(read_answers(file))

    assert [(row.line, type(row).__name__) for row in found] == [(3, "Answer"), (6, "SetAside"), (7, "SetAside")]


@pytest.mark.parametrize("later", ["c,d,different,\n", 'c,d,different,"sure"\n'])
def test_a_quotation_mark_that_nobody_closes_loses_no_rows(tmp_path: Path, later: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(f'left,right,decision,reason\na,b,same,"as she said\n{later}e,f,same,\n')

    with pytest.raises(SourceReadError, match="A quotation mark may be missing"):
        list(read_answers(file))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"left,right,decision,reason\na,b,same,\nc,d,same,{'x' * 131_073}\n", "csv:3: a cell begins in this row"),
        ('left,right,decision,reason\na,b,same,\nc,d,same,"x\ny,z\n', "csv:3: a row of cells begins here"),
        ("sep=;\nright;decision;reason\na;same;\n", "csv:2: no column left."),
        ("left|right|decision\na|b|same\n", "csv:1: no column left, right, decision."),
        ("x" * 131_073, "csv:1: no column left, right, decision."),
        ("", "csv:1: no column left, right, decision."),
    ],
    ids=["long cell", "open quote", "lost column", "other delimiter", "no header", "empty"],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(text)

    with pytest.raises(SourceReadError) as refused:
        list(read_answers(file))

    assert said in str(refused.value)


def test_cells_beyond_the_columns_are_kept_with_the_row(tmp_path: Path) -> None:
    file, rejects = tmp_path / "answers.csv", tmp_path / "rejects.csv"
    file.write_text("left,right,decision,reason\na,b,same,his son, she says\n")
    (row,) = read_answers(file)
    assert isinstance(row, SetAside)

    write_set_aside(rejects, [row])

    assert "she says" in rejects.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("name", ["left", "decision", "Reason"])
def test_a_column_that_stands_there_twice_is_no_answer(tmp_path: Path, name: str) -> None:
    file = tmp_path / "answers.csv"
    file.write_text(f"left,right,decision,reason,{name}\na,b,same,,\n")

    with pytest.raises(SourceReadError, match=f"the column {name.lower()} stands there twice"):
        list(read_answers(file))
