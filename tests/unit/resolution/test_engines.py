import sys

import pytest

from graph.errors import ConfigurationError
from resolution.engines.engine import engine_named
from resolution.scores.scoring import score
from resolution.settings import ResolutionSettings, SparkSettings


def test_duckdb_is_always_there() -> None:
    assert engine_named("duckdb") is score


def test_an_engine_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(ConfigurationError, match="duckdb, spark"):
        engine_named("postgres")


def test_a_missing_extra_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark", None)

    with pytest.raises(ConfigurationError, match=r"identity-cdp\[spark\]"):
        engine_named("spark")


def test_an_engine_is_no_part_of_a_model() -> None:
    assert not [name for name in ResolutionSettings.model_fields if "engine" in name or "spark" in name]


def test_only_this_machine_binds_spark_to_loopback() -> None:
    assert SparkSettings(master="local[2]").is_local
    assert not SparkSettings(master="spark://cluster:7077").is_local
