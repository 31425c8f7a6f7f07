import logging

import numpy as np
import pytest
from splink import DuckDBAPI, Linker

from graph.guards import current_guards
from resolution.blocks.blocking import load_customers
from resolution.customers.preparation import Prepared
from resolution.models.fitting import Teaching, fit
from resolution.models.frequencies import load_frequencies, table_of
from resolution.models.model import Model
from resolution.progress import Clock
from resolution.scores.tables import workspace
from resolution.settings import ResolutionSettings
from tests.benchmarks.drawn import drawn_table

SETTINGS = ResolutionSettings.model_validate({})


def splinks_own(prepared: Prepared, model: Model) -> dict[tuple[str, str], float]:
    """Match weights as Splink finds them with its own blocking, levels and weights."""
    with workspace() as connection:
        load_customers(connection, prepared.with_columns(model.columns), SETTINGS, model.keys)
        load_frequencies(connection, model.frequencies)
        connection.execute("CREATE TABLE people AS FROM customers")
        api = DuckDBAPI(connection)
        linker = Linker(api.register("people"), model.settings, log_level=logging.ERROR)
        for column in model.frequencies:
            linker.table_management.register_term_frequency_lookup(api.register(table_of(column)), column)
        found = linker.inference.predict(threshold_match_weight=SETTINGS.keep_above).as_record_list()
    return {tuple(sorted((pair["key_l"], pair["key_r"]))): pair["match_weight"] for pair in found}


def test_weights_are_splinks_own() -> None:
    fitted = fit(drawn_table(3_000), Teaching(SETTINGS, current_guards()), Clock())
    scored = fitted.scores.pairs
    table = scored.rows(np.arange(scored.weight.size))
    found = dict(
        zip(
            zip(table["left"].to_pylist(), table["right"].to_pylist(), strict=True),
            table["weight"].to_pylist(),
            strict=True,
        )
    )

    assert len(found) > 1_000
    assert found == pytest.approx(splinks_own(fitted.scores.prepared, fitted.model), abs=1e-6)
