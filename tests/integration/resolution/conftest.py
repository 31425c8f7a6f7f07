# Eight people in two systems, resolved: by the function (``people``), with a store of models of the test's own, or by
# the command, in an environment of its own. A module with other settings or people has a fixture of the same name.
from pathlib import Path

import pytest

from graph.connection import Graph
from resolution.models.model_store import ModelStore
from resolution.pipeline import resolve
from resolution.settings import ResolutionSettings
from tests.integration.resolution.commands import cdp
from tests.integration.resolution.people import write_everybody


@pytest.fixture
def settings() -> ResolutionSettings:
    return ResolutionSettings.model_validate({})


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


@pytest.fixture
def people(graph: Graph, settings: ResolutionSettings, store: ModelStore) -> Graph:
    write_everybody(graph)
    resolve(graph, settings, store)
    return graph


@pytest.fixture
def people_by_command(graph: Graph, command_environment: pytest.MonkeyPatch) -> Graph:
    del command_environment
    write_everybody(graph)
    assert cdp("resolve").exit_code == 0
    return graph
