import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.errors import StorageError
from graph.guards import current_guards
from resolution.models.charts import write_model_charts, write_run_charts
from resolution.models.fitting import Fitted, Teaching, fit
from resolution.progress import Clock
from resolution.settings import ResolutionSettings
from tests.unit.resolution.customers import customers
from tests.unit.resolution.test_pipeline import people

OF_THE_MODEL = ["m_u_parameters", "match_weights", "parameter_estimates"]
OF_A_RUN = [*OF_THE_MODEL, "match_weights_histogram", "waterfall"]
PEOPLE = people(90)
SETTINGS = ResolutionSettings.model_validate({})


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return fit(customers(*PEOPLE), Teaching(SETTINGS, current_guards()), Clock())


@pytest.fixture(scope="module")
def run_charts(fitted: Fitted, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = write_run_charts(tmp_path_factory.mktemp("runs") / "full-1", fitted.model, fitted.scores.pairs)
    return {file.stem: file.read_text() for file in folder.iterdir()}


def drawn(html: str) -> list[dict[str, Any]]:
    """The data of a chart, as the page hands them to Vega."""
    found = re.search(r"vegaEmbed\(document\.getElementById\('[\w-]+'\), (\{.*\}), \{\}\)", html)
    assert found
    return json.loads(found[1])["data"]["values"]


def test_a_run_leaves_every_chart_and_none_asks_for_anything_from_elsewhere(run_charts: dict[str, str]) -> None:
    assert sorted(run_charts) == sorted(OF_A_RUN)
    for html in run_charts.values():
        assert not re.search(r"<script[^>]+>|<link\b|cdn\.jsdelivr", html)
        assert drawn(html)


def test_weights_and_probabilities_are_those_of_the_model(fitted: Fitted, run_charts: dict[str, str]) -> None:
    levels = {(bar["comparison_name"], bar["label_for_charts"]): bar for bar in drawn(run_charts["match_weights"])}
    estimates = {
        (row["comparison_name"], row["comparison_level_label"], row["m_or_u"], row["estimate_description"]): row
        for row in drawn(run_charts["parameter_estimates"])
    }

    for comparison, ms, us in zip(
        fitted.model.comparisons, fitted.model.estimates.m, fitted.model.estimates.u, strict=True
    ):
        for level, m, u in zip(comparison.levels, ms, us, strict=True):
            assert levels[comparison.name, level.label]["m_probability"] == pytest.approx(m)
            assert estimates[comparison.name, level.label, "u", "trained"]["estimated_probability"] == u
            before = estimates[comparison.name, level.label, "m", "usual, before training"]
            assert before["estimated_probability"] == level.m


def test_the_histogram_counts_every_pair(fitted: Fitted, run_charts: dict[str, str]) -> None:
    bars = drawn(run_charts["match_weights_histogram"])

    assert sum(bar["count_rows"] for bar in bars) == fitted.scores.pairs.weight.size
    assert all(bar["splink_score_bin_high"] - bar["splink_score_bin_low"] == 1 for bar in bars)


def test_the_waterfalls_are_of_the_most_doubtful_pairs_and_add_up(fitted: Fitted, run_charts: dict[str, str]) -> None:
    scored = fitted.scores.pairs
    weights = {
        (row["left"], row["right"]): row["weight"] for row in scored.rows(np.arange(scored.weight.size)).to_pylist()
    }
    bars = drawn(run_charts["waterfall"])
    pairs = [[bar for bar in bars if bar["record_number"] == number] for number in range(10)]

    shown = [(pair[-1]["value_l"], pair[-1]["value_r"]) for pair in pairs]
    assert [abs(weights[pair]) for pair in shown] == sorted(map(abs, weights.values()))[:10]
    for pair, found in zip(pairs, shown, strict=True):
        total = sum(bar["log2_bayes_factor"] for bar in pair[:-1])
        assert total == pytest.approx(weights[found], abs=0.01)


def test_no_chart_holds_what_is_known_of_a_customer(run_charts: dict[str, str]) -> None:
    told = " ".join(json.dumps(drawn(html), ensure_ascii=False) for html in run_charts.values())

    for row in PEOPLE:
        values = (row["family_name"], row["birth_date"], row["street"], *row["emails"])
        assert not [value for value in values if value and re.search(rf"\b{re.escape(value)}\b", told)]


def test_a_version_is_drawn_without_data(fitted: Fitted, tmp_path: Path) -> None:
    files = write_model_charts(tmp_path / "charts", fitted.model)

    assert sorted(file.stem for file in files) == OF_THE_MODEL
    assert all(drawn(file.read_text()) for file in files)


def test_nobody_to_compare_is_nothing_to_draw(tmp_path: Path) -> None:
    nobody = fit(customers(), Teaching(SETTINGS, current_guards()), Clock())

    write_run_charts(tmp_path / "full-1", nobody.model, nobody.scores.pairs)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_said_so(fitted: Fitted, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(StorageError, match="cannot be written"):
        write_model_charts(tmp_path / "file" / "charts", fitted.model)
