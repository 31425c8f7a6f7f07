from pathlib import Path

import orjson
import pytest
import yaml
from typer.testing import CliRunner

from api.commands import app
from graph.errors import ConfigurationError
from graph.settings import cdp_settings
from graph.survivorship_rules import Strategy, read_survivorship


def own(folder: Path, text: str) -> Path:
    file = folder / "survivorship.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_file_of_ones_own_changes_what_it_names(tmp_path: Path) -> None:
    text = "default: [most_recent]\nfields:\n  gender: [most_frequent]\n  birth_date: null\ncontacts:\ngroups:\n"
    rules, shipped = read_survivorship(own(tmp_path, text)), read_survivorship()

    assert rules.default.by == (Strategy.MOST_RECENT,)
    assert list(rules.fields) == ["gender"]
    assert (rules.groups, rules.contacts) == (shipped.groups, shipped.contacts)


def test_a_group_can_be_taken_away(tmp_path: Path) -> None:
    rules = read_survivorship(own(tmp_path, "groups: {address: null}\nfields: {city: [most_recent]}\n"))

    assert rules.groups == {}
    assert rules.fields["city"].by == (Strategy.MOST_RECENT,)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("default: [newest]", ":1: default.by.0: Input should be 'source_priority'"),
        ("\nfields:\n  gender: []\n", ":3: fields.gender.by:"),
        ("fields:\n  gender: [most_recent]\n  shoe_size: [most_recent]\n", ":3: fields.shoe_size: 'shoe_size' is no"),
        ("contacts:\n  fax: [most_recent]\n", ":2: contacts.fax: 'fax' is no kind"),
        ("sources:\n  crm: 50\n  shop: 200\n", ":3: sources.shop: Input should be less than or equal to 100"),
        ("fields:\n\n  city: [most_recent]\n", ":3: fields.city: city survives with the group address"),
        (
            "groups:\n  place:\n    fields:\n      - company\n      - city\n    by: [most_recent]\n",
            ":5: groups.place.fields.1: city is in the group address already",
        ),
        (
            "groups:\n  work: {fields: [company, gender], by: [most_recent], complete_with: [state]}\n",
            ":2: groups.work.complete_with.0: state is no field",
        ),
        ("colours:\n  red: [most_recent]\n", ":1: colours: Extra inputs are not permitted"),
        ("fields: [gender]\n", ":1: fields: Input should be"),
        ("default: most_recent\n", ":1: default: Input should be"),
        ("fields: [", ":1: this is no YAML"),
        ("- most_recent", "rules are a mapping of sections"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_survivorship(own(tmp_path, text))

    assert f"survivorship.yaml{said}" in str(refused.value) or said in str(refused.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CDP_SURVIVORSHIP_FILE"):
        read_survivorship(tmp_path / "none.yaml")


def test_the_command_shows_the_rules_in_force_as_a_file_takes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CDP_SURVIVORSHIP_FILE", str(own(tmp_path, "sources: {shop: 95}\n")))
    cdp_settings.cache_clear()
    try:
        shown = CliRunner().invoke(app, ["survivorship"]).stdout
        document = orjson.loads(CliRunner().invoke(app, ["survivorship", "--json"]).stdout)
    finally:
        monkeypatch.undo()
        cdp_settings.cache_clear()

    assert document["rules"]["sources"] == {"shop": 95}
    assert yaml.safe_load(shown) == document["rules"]
    again = read_survivorship(own(tmp_path, shown + "\n"))
    assert again.model_dump(mode="json") == document["rules"]
