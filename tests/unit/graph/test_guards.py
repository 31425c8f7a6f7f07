from pathlib import Path

import pytest

from graph.errors import ConfigurationError
from graph.guards import current_guards, read_guards


def own(folder: Path, text: str) -> Path:
    file = folder / "guards.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    "email", ["info@firma.de", "office@a.org", "no-reply@shop.example", "donotreply+77@x.com", "rechnung@laden.de"]
)
def test_the_mailbox_of_a_role_is_nobodys(email: str) -> None:
    assert read_guards().is_role("email", email)


@pytest.mark.parametrize("email", ["infante@firma.de", "anna.office@a.org", "info.anna@x.com", "anna@info.de"])
def test_a_mailbox_that_only_sounds_like_a_role_is_somebodys(email: str) -> None:
    assert not read_guards().is_role("email", email)


def test_values_that_stand_for_nobody_are_known() -> None:
    guards = read_guards()

    assert guards.is_nobody("email", "test@test.com")
    assert guards.is_nobody("phone", "0000000")
    assert all(guards.is_nobody("other", text) for text in ("null", "0000", "undefined", "-1"))
    assert not guards.is_nobody("other", "4711")


def test_a_file_of_ones_own_changes_what_it_names_and_adds_to_the_lists(tmp_path: Path) -> None:
    file = own(tmp_path, "hubs: {email: 3}\nunique: {kinds: [customer_number]}\nnobody: {email: [x@y.zz]}\n")

    guards, shipped = read_guards(file), read_guards()

    assert (guards.hub_above("email"), guards.hub_above("phone")) == (3, 20)
    assert guards.is_nobody("email", "x@y.zz")
    assert guards.is_nobody("email", "test@test.com")
    assert guards.counted_kinds == ["customer_number", "email", "phone"]
    assert guards.digest != shipped.digest
    assert guards.cluster == shipped.cluster


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hubs: {emial: 3}", "hubs"),
        ("limits: {email: {most: 0}}", "limits.email.most"),
        ("roles: {email: ['(']}", "regular expression"),
        ("unique: {kinds: [passport]}", "passport"),
        ("colour: {red: 1}", "colour"),
        ("hubs: [", ":1: this is no YAML"),
        ("hubs: 3\ncluster: many", "sections"),
        ("hubs: 3", "sections"),
        ("colour: 1", "sections"),
        ("nobody: {emails: info@example.org}", "nobody.emails: this is no list"),
        ("roles: {email: 3}", "roles.email: this is no list"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=r"guards\.yaml") as refused:
        read_guards(own(tmp_path, text))

    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="CDP_GUARDS_FILE"):
        read_guards(tmp_path / "none.yaml")


@pytest.fixture
def followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of a process that looks at it whenever it asks for guards."""
    file = own(tmp_path, "hubs: {email: 3}\n")
    monkeypatch.setenv("CDP_GUARDS_FILE", str(file))
    monkeypatch.setattr("graph.guards.LOOK_EVERY_S", 0.0)
    assert current_guards().hub_above("email") == 3
    return file


def test_a_process_that_goes_on_follows_its_file(followed: Path) -> None:
    own(followed.parent, "hubs: {email: 14}\n")

    assert current_guards().hub_above("email") == 14


@pytest.mark.parametrize("text", ["hubs: [", "colour: 1", None], ids=["half written", "wrong", "gone"])
def test_while_its_file_cannot_be_used_the_guards_of_before_hold(
    text: str | None, followed: Path, caplog: pytest.LogCaptureFixture
) -> None:
    own(followed.parent, text) if text else followed.unlink()

    assert [current_guards().hub_above("email") for _ in range(3)] == [3, 3, 3]
    assert [str(followed) in record.getMessage() for record in caplog.records] == [True]

    own(followed.parent, "hubs: {email: 14}\n")
    assert current_guards().hub_above("email") == 14


def test_only_guards_that_tell_who_is_a_hub_count_as_others_for_labels(tmp_path: Path) -> None:
    limits = read_guards(own(tmp_path, "cluster: {most: 7}\nnobody: {email: [x@y.zz]}\n"))
    hubs = read_guards(own(tmp_path, "hubs: {email: 3}\n"))

    assert limits.digest != read_guards().digest
    assert limits.hub_digest == read_guards().hub_digest != hubs.hub_digest
