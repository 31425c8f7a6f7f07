from pathlib import Path

import pytest

from tests.benchmarks.api import overhead
from tests.benchmarks.sections import Options


def test_the_overhead_of_a_field_is_measured_for_both_executors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overhead, "ROUNDS", 1)

    rows = overhead.measure_overhead(Options(100, 1, Path(), 100, (100,), 100))

    assert [row["way"] for row in rows] == ["ours", "graphql-core's", "orjson, the same objects"]
