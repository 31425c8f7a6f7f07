"""The model: everything that decides about a pair, as plain data of one version.

Comparisons and their probabilities, the prior, term frequencies, values that stand for "unknown", thresholds, guards,
and the calibration that turns cohesion into confidence. Equal content gives an equal version.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import Any

import numpy as np
from splink import SettingsCreator, block_on

from graph.errors import ModelError
from graph.guards import Guards, guards_of, read_guards
from resolution.blocks.blocking import KEYS, KeyName
from resolution.comparing.comparisons import comparisons_for
from resolution.comparing.levels import Comparison
from resolution.conditions.condition import DUCKDB, Dialect
from resolution.customers.hubs import SuspectDates
from resolution.models.calibration import Calibration
from resolution.models.frequencies import Frequencies
from resolution.models.training import Estimates
from resolution.settings import ResolutionSettings

# A model whose code links differently must not take itself for an older one.
METHOD = "average-linkage-5"
# Parameters are kept to this many digits: sums in another order must not make another model.
_DIGITS = 9


@dataclass(frozen=True)
class Model:
    """One version. ``columns``: what a prepared customer has; ``sources``: names with their share of the records.

    ``labels``: how many labelled pairs it was trained with, by answer; none without labels. ``keys``: the blocking keys
    that it uses beside those that every model uses; none: all.
    """

    columns: tuple[str, ...]
    sources: tuple[tuple[str, float], ...]
    estimates: Estimates
    frequencies: Mapping[str, Frequencies]
    suspect: SuspectDates
    thresholds: ResolutionSettings
    guards: Guards = field(default_factory=read_guards)
    customers: int = 0
    calibration: Calibration = field(default_factory=lambda: Calibration(()))
    levels: Mapping[str, float] = field(default_factory=lambda: {"exact": 1.0, "default": 1.0, "loose": 1.0})
    labels: Mapping[str, int] = field(default_factory=dict[str, int])
    keys: frozenset[KeyName] | None = None

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """The comparisons of its columns and sources."""
        return comparisons_for(set(self.columns), self.sources)

    @property
    def prior(self) -> float:
        """Probability that two customers drawn by chance are one person."""
        return self.estimates.prior

    @property
    def unseen(self) -> tuple[str, ...]:
        """Findings that the data never showed; they keep their usual weight."""
        return self.estimates.unseen

    @cached_property
    def settings(self) -> dict[str, Any]:
        """Splink's settings, for DuckDB, with every probability filled in."""
        return self.settings_for(DUCKDB)

    def settings_for(self, dialect: Dialect) -> dict[str, Any]:
        """Splink's settings for an engine: the conditions are its SQL, the probabilities the same."""
        settings = splink_settings(self.comparisons, dialect)
        settings["probability_two_random_records_match"] = self.prior
        for number, comparison in enumerate(settings["comparisons"]):
            m_and_u = zip(self.estimates.m[number], self.estimates.u[number], strict=True)
            for level, (m, u) in zip(comparison["comparison_levels"][1:], m_and_u, strict=True):
                level["m_probability"], level["u_probability"] = float(m), float(u)
        return settings

    @property
    def parameters(self) -> str:
        """Splink's settings as JSON text, keys sorted."""
        return json.dumps(self.settings, sort_keys=True, separators=(",", ":")) if self.comparisons else "{}"

    @property
    def floor(self) -> float:
        """Cohesion of the loosest groups that are offered as one person; merges below it are not made."""
        offered = [height for height, confidence in self.calibration.points if confidence >= self.levels["loose"]]
        return max(min(offered, default=0.0), self.thresholds.merge_above)

    @cached_property
    def version(self) -> str:
        """Hash of the content: equal models have equal versions."""
        content = json.dumps(self.document, sort_keys=True, separators=(",", ":"))
        return "splink-" + blake2b(content.encode(), digest_size=6).hexdigest()

    @cached_property
    def document(self) -> dict[str, Any]:
        """Everything as plain values; of the term frequencies a digest."""
        return {
            "method": METHOD,
            "columns": list(self.columns),
            "sources": [list(found) for found in self.sources],
            "customers": self.customers,
            "prior": self.prior,
            "comparisons": {
                comparison.name: [
                    [level.label, float(m), float(u)] for level, m, u in zip(comparison.levels, ms, us, strict=True)
                ]
                for comparison, ms, us in zip(self.comparisons, self.estimates.m, self.estimates.u, strict=True)
            },
            "unseen": list(self.unseen),
            "suspect_dates": {"unknown": sorted(self.suspect.unknown), "years": sorted(self.suspect.years)},
            "thresholds": self.thresholds.model_dump(),
            "guards": self.guards.model_dump(mode="json"),
            "frequencies": {
                column: {"least": found.least, "values": len(found.values), "digest": _digest(found)}
                for column, found in self.frequencies.items()
            },
            "calibration": [list(point) for point in self.calibration.points],
            "levels": dict(self.levels),
            **({"labels": dict(self.labels)} if self.labels else {}),
            **({"keys": sorted(map(list, self.keys))} if self.keys is not None else {}),
        }


def model_of(document: Mapping[str, Any], frequencies: Mapping[str, Mapping[str, float]]) -> Model:
    """A model from its document and the values of its term frequencies.

    Raises ModelError where this release compares differently than the one that trained it.
    """
    try:
        model = _read(document, frequencies)
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"The model's file is damaged ({type(error).__name__}).", "Train a new one: cdp resolve --train."
        ) from None
    found = {name: [level[0] for level in levels] for name, levels in document["comparisons"].items()}
    if document["method"] != METHOD or found != {c.name: [x.label for x in c.levels] for c in model.comparisons}:
        raise ModelError("The model was trained by another release.", "Train a new one: cdp model train.")
    return model


def _read(document: Mapping[str, Any], frequencies: Mapping[str, Mapping[str, float]]) -> Model:
    levels: list[list[list[Any]]] = list(document["comparisons"].values())
    suspect = document["suspect_dates"]
    return Model(
        columns=tuple(document["columns"]),
        sources=tuple((name, share) for name, share in document["sources"]),
        estimates=Estimates(
            m=tuple(np.array([level[1] for level in found]) for found in levels),
            u=tuple(np.array([level[2] for level in found]) for found in levels),
            prior=document["prior"],
            unseen=tuple(document["unseen"]),
        ),
        frequencies={
            column: Frequencies(frequencies[column], found["least"])
            for column, found in document["frequencies"].items()
        },
        suspect=SuspectDates(frozenset(suspect["unknown"]), frozenset(suspect["years"])),
        thresholds=ResolutionSettings.model_validate(document["thresholds"]),
        guards=guards_of(document["guards"], "the model"),
        customers=document["customers"],
        calibration=Calibration(tuple((height, confidence) for height, confidence in document["calibration"])),
        levels=document["levels"],
        labels=document.get("labels", {}),
        keys=frozenset(map(tuple, document["keys"])) if "keys" in document else None,
    )


def _digest(found: Frequencies) -> str:
    digest = blake2b(digest_size=8)
    for value in sorted(found.values):
        digest.update(f"{value}\0{found.values[value]!r}\0".encode())
    return digest.hexdigest()


def splink_settings(comparisons: Sequence[Comparison], dialect: Dialect = DUCKDB) -> dict[str, Any]:
    """Splink's settings with the published defaults: the comparisons, and one blocking rule over the list of keys."""
    creator = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="key",
        blocking_rules_to_generate_predictions=[block_on(KEYS, arrays_to_explode=[KEYS])],
        comparisons=[comparison.for_splink(dialect) for comparison in comparisons],
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=True,  # without them the findings are left out as well
        linker_uid="identity",  # Splink draws one otherwise, and the model would never be the same twice
    )
    return creator.create_settings_dict(dialect.name)


def rounded(estimates: Estimates) -> Estimates:
    """Every probability to nine significant digits, so that the same data always give the same version."""
    return Estimates(
        m=tuple(np.array([_rounded(m) for m in found]) for found in estimates.m),
        u=tuple(np.array([_rounded(u) for u in found]) for found in estimates.u),
        prior=_rounded(estimates.prior),
        unseen=estimates.unseen,
    )


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")
