import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.commands import app
from api.console.unknown_settings import UnknownSetting, unknown_settings
from api.operation.doctor.finding import Status
from api.operation.doctor.variables import look_at_variables
from graph.errors import ConfigurationError

SECRET = "correct horse battery"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("CDP_API_PROT", "CDP_API_PORT"),
        ("CDP_DATADIR", "CDP_DATA_DIR"),
        ("CDP_PORT", "CDP_API_PORT"),
        ("cdp_rejects_keey", "CDP_REJECTS_KEY"),
        ("CDP_SHOP_PASSWORD", None),
    ],
)
def test_a_variable_that_nothing_reads_is_known_with_the_setting_that_is_most_like_it(
    variable: str, nearest: str | None, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    expected = [UnknownSetting(variable.upper(), nearest)]
    monkeypatch.setenv(variable, SECRET)
    assert unknown_settings() == expected

    monkeypatch.delenv(variable)
    (folder / ".env").write_text(f"{variable}={SECRET}\n")
    assert unknown_settings() == expected


def test_what_is_read_elsewhere_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("CDP_API_PORT", "cdp_drain_s", "CDP_ACTOR", "CDP_WRITE_KEY", "CDP_NEO4J_IMAGE", "CDP_TEST_SERVER"):
        monkeypatch.setenv(variable, "1")

    assert unknown_settings() == []


def test_a_command_tells_a_slip_once_and_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_API_KEEY", SECRET)
    monkeypatch.setenv("CDP_SHOP_PASSWORD", SECRET)
    shown = CliRunner().invoke(app, ["settings", "--json"])

    assert json.loads(shown.stdout)
    assert (
        shown.stderr == "CDP_API_KEEY is no setting and counts for nothing. Is CDP_API_KEY meant? See: cdp settings.\n"
    )


def test_the_doctor_tells_slips_and_what_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    (fine,) = look_at_variables()
    assert fine.status is Status.OK

    monkeypatch.setenv("CDP_API_KEEY", SECRET)
    monkeypatch.setenv("CDP_SHOP_PASSWORD", SECRET)
    slip, other = look_at_variables()
    assert (slip.status, slip.advice) == (Status.WARN, "Is CDP_API_KEY meant?")
    assert "CDP_API_KEEY" in slip.found
    assert (other.status, "CDP_SHOP_PASSWORD" in other.found) == (Status.OK, True)
    assert SECRET not in slip.found + other.found


def test_a_file_of_settings_in_another_encoding_is_said_so(folder: Path) -> None:
    (folder / ".env").write_bytes("CDP_API_KEY=schlüssel\n".encode("latin-1"))

    with pytest.raises(ConfigurationError, match=r"\.env cannot be read: it is not UTF-8"):
        unknown_settings()
