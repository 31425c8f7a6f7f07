# Several processes make one sample as one does, and what goes wrong in one of them is a clear error.
import os
from functools import partial
from pathlib import Path

import pytest

from graph.errors import ConfigurationError
from loaders.sample.company import read_manifest, write_sample
from loaders.sample.crew import Claims, Crew


def three_processes(people: int) -> int:  # noqa: ARG001 -- in place of the one that looks at people and machine
    return 3


def test_three_processes_write_the_same_bytes_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    write_sample(730, 7, tmp_path / "alone", all_systems=True)
    monkeypatch.setattr("loaders.sample.company.crew_size", three_processes)
    write_sample(730, 7, tmp_path / "crew", heard.append, all_systems=True)
    alone, crew = ({file: file.read_bytes() for file in _files(tmp_path / name)} for name in ("alone", "crew"))
    assert [*alone.values()] == [*crew.values()]
    assert [file.relative_to(tmp_path / "alone") for file in alone] == [
        file.relative_to(tmp_path / "crew") for file in crew
    ]
    assert read_manifest(tmp_path / "crew").hero is not None
    assert sum(heard) == 730


def test_each_member_answers_with_its_part() -> None:
    with Crew(3) as crew:
        assert crew.work(hex, str) == ["0", "0x1", "0x2"]
        assert crew.work(float, float) == [0.0, 1.0, 2.0]


def test_what_a_helper_raises_is_raised_here(tmp_path: Path) -> None:
    with Crew(2) as crew, pytest.raises(FileExistsError):
        crew.work(partial(os.mkdir, str(tmp_path)), abs)


def test_a_helper_that_is_ended_is_a_clear_error() -> None:
    with Crew(2) as crew, pytest.raises(ConfigurationError, match="ended from outside"):
        crew.work(os._exit, abs)


def test_a_piece_of_work_is_taken_once(tmp_path: Path) -> None:
    first, second = Claims(tmp_path), Claims(tmp_path)
    assert [first.take("1"), second.take("1"), second.take("2"), first.take("2")] == [True, False, True, False]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
