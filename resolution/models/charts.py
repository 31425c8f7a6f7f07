"""Charts: Splink's own, as HTML files that open without a network.

They show findings and weights, never the values of a customer: a pair is named by its keys alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from splink import SettingsCreator
from splink.internals.charts import MatchWeightsHistogramChart, SplinkChart, WaterfallChart
from splink.internals.charts import ParameterEstimateComparisonsChart as EstimatesChart
from splink.internals.settings import Settings
from splink.internals.waterfall_chart import records_to_waterfall_data

from graph.errors import StorageError, reason_of
from resolution.models.model import Model
from resolution.scores.scoring import ScoredPairs

Chart = SplinkChart[Any]
# Pairs of which a run draws the waterfall: those whose weight is nearest to even odds.
_DOUBTFUL = 10


def write_model_charts(folder: Path, model: Model) -> list[Path]:
    """The charts that need no data: weights, probabilities, and what training made of the usual ones.

    Gives the files; none where the model compares nothing. Raises StorageError.
    """
    return _write(folder, _model_charts(model, _settings(model))) if model.comparisons else []


def write_run_charts(folder: Path, model: Model, scored: ScoredPairs) -> Path:
    """The same, a histogram of the weights, and the waterfall of the most doubtful pairs. Raises StorageError."""
    if model.comparisons:
        settings = _settings(model)
        _write(folder, {**_model_charts(model, settings), **_pair_charts(model, settings, scored)})
    return folder


def _write(folder: Path, charts: Mapping[str, Chart]) -> list[Path]:
    files = [folder / f"{name}.html" for name in charts]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for file, chart in zip(files, charts.values(), strict=True):
            file.write_text(chart.to_html(inline=True), encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"The charts cannot be written to {folder} ({reason_of(error)}).", "Choose another folder."
        ) from None
    return files


def _model_charts(model: Model, settings: Settings) -> dict[str, Chart]:
    return {
        "match_weights": settings.match_weights_chart(),
        "m_u_parameters": settings.m_u_parameters_chart(),
        "parameter_estimates": EstimatesChart(list(_estimates(model))),
    }


def _settings(model: Model) -> Settings:
    return SettingsCreator.from_path_or_dict(model.settings).get_settings("duckdb")


def _estimates(model: Model) -> Iterator[dict[str, Any]]:
    """Each probability as it was before training and as it is, in the rows that Splink's chart takes."""
    for order, (comparison, ms, us) in enumerate(
        zip(model.comparisons, model.estimates.m, model.estimates.u, strict=True)
    ):
        for place, (level, m, u) in enumerate(zip(comparison.levels, ms, us, strict=True)):
            row = {
                "comparison_name": comparison.name,
                "comparison_sort_order": order,
                "comparison_level_label": level.label,
                "comparison_vector_value": len(comparison.levels) - 1 - place,
            }
            for kind, usual, trained in (("m", level.m, m), ("u", level.u, u)):
                yield {**row, **_estimate(kind, usual, "usual, before training")}
                yield {**row, **_estimate(kind, float(trained), "trained")}


def _estimate(kind: str, probability: float, description: str) -> dict[str, Any]:
    certain = not 0 < probability < 1
    return {
        "m_or_u": kind,
        "estimated_probability": probability,
        "estimated_probability_as_log_odds": None if certain else float(np.log2(probability / (1 - probability))),
        "estimate_description": description,
    }


# --- pairs -----------------------------------------------------------------------------------------------------------


def _pair_charts(model: Model, settings: Settings, scored: ScoredPairs) -> dict[str, Chart]:
    weights = scored.weight
    charts: dict[str, Chart] = {"match_weights_histogram": MatchWeightsHistogramChart(list(_bars(weights)))}
    if weights.size:
        charts["waterfall"] = _Waterfall(_waterfalls(settings, model, _doubtful(scored, weights)))
    return charts


def _bars(weights: npt.NDArray[np.float64]) -> Iterator[dict[str, float]]:
    """A bar a bit, so that the histograms of two runs can be laid side by side."""
    lowest, counts = np.unique(np.floor(weights), return_counts=True)
    for low, count in zip(lowest.tolist(), counts.tolist(), strict=True):
        yield {"splink_score_bin_low": low, "splink_score_bin_high": low + 1, "binwidth": 1, "count_rows": count}


def _doubtful(scored: ScoredPairs, weights: npt.NDArray[np.float64]) -> list[dict[str, Any]]:
    """Rows of the pairs that are nearest to even odds; pairs are sorted, so ties fall the same way every time."""
    distance = np.abs(weights)
    nearest = np.argpartition(distance, min(_DOUBTFUL, weights.size) - 1)[:_DOUBTFUL]
    return scored.rows(nearest[np.lexsort((nearest, distance[nearest]))]).to_pylist()


class _Waterfall(WaterfallChart):
    """Splink's slider runs to the number of bars; there are fewer pairs, and beyond them it shows nothing."""

    def alter_spec_from_data(self, chart_spec: dict[str, Any]) -> dict[str, Any]:
        spec = super().alter_spec_from_data(chart_spec)
        spec["params"][0]["bind"]["max"] = max(bar["record_number"] for bar in self.chart_data)
        return spec


def _waterfalls(settings: Settings, model: Model, pairs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    bars = records_to_waterfall_data([_as_predicted(model, pair) for pair in pairs], settings, hide_details=True)
    return [_named(bar, pairs[bar["record_number"]]) for bar in bars]


def _named(bar: dict[str, Any], pair: Mapping[str, Any]) -> dict[str, Any]:
    """The first and the last bar say whose pair it is."""
    ends = bar["column_name"] in {"Prior", "Final score"}
    return {**bar, "value_l": pair["left"], "value_r": pair["right"]} if ends else bar


def _as_predicted(model: Model, pair: Mapping[str, Any]) -> dict[str, Any]:
    """A scored pair in the columns that Splink predicts, from its evidence; a comparison without one found nothing."""
    found = {name: (label, frequency) for name, label, _, frequency in orjson.loads(pair["evidence"])}
    row: dict[str, Any] = {"match_weight": pair["weight"]}
    for comparison in model.comparisons:
        label, frequency = found.get(comparison.name, (None, 0.0))
        places = {level.label: place for place, level in enumerate(reversed(comparison.levels))}
        row[f"gamma_{comparison.name}"] = places.get(label, -1)
        row[f"mw_tf_adj_{comparison.name}"] = frequency
    return row
