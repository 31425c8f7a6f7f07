import sys
from importlib import import_module
from pathlib import Path

import pytest

from graph.errors import SourceReadError
from graph.writing import WriteCounts
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load
from tests.loading import as_they_are

PLACES = {
    "psycopg": ("postgresql", "database: CRM_URL\n    table: people"),
    "pymysql": ("mysql", "database: CRM_MYSQL\n    table: people"),
    "obstore": ("s3", "files: a.csv\n    s3: {bucket: b}"),
    "asyncssh": ("sftp", "files: a.csv\n    sftp: {host: 127.0.0.1, user: u}"),
    "confluent_kafka": ("kafka", "kafka: {servers: '127.0.0.1:9', topic: t}"),
    "nats": ("nats", "nats: {servers: 'nats://127.0.0.1:9', stream: s}"),
}
NOWHERE = as_they_are(lambda _: WriteCounts())


@pytest.mark.parametrize("package", list(PLACES))
def test_a_package_that_is_not_installed_is_told_with_its_extra(
    package: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra, place = PLACES[package]
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.setenv("CRM_URL", "postgresql://cdp@127.0.0.1/crm")
    monkeypatch.setenv("CRM_MYSQL", "mysql://cdp@127.0.0.1/crm")
    file = tmp_path / "crm.yaml"
    file.write_text(f"source: {{name: crm, kind: crm}}\ninputs:\n  - {place}\n    customer: {{external_id: id}}\n")

    (problem,) = load(LoadPlan(read_mappings([str(file)]), rejects_dir=tmp_path), NOWHERE).problems
    assert isinstance(problem, SourceReadError)
    assert f"pip install 'identity-cdp[{extra}]'" in str(problem)


def test_the_destination_of_dlt_without_dlt_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    module = "loaders.connectors.dlt_destination"
    monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "dlt", None)
    with pytest.raises(SourceReadError, match=r"pip install 'identity-cdp\[dlt\]'"):
        import_module(module)


def test_an_input_of_dlt_is_not_loaded_by_hand(tmp_path: Path) -> None:
    file = tmp_path / "crm.yaml"
    file.write_text("source: {name: crm, kind: crm}\ninputs:\n  - dlt: people\n    customer: {external_id: id}\n")
    (problem,) = load(LoadPlan(read_mappings([str(file)]), rejects_dir=tmp_path), NOWHERE).problems
    assert "A dlt pipeline sends by itself." in str(problem)
