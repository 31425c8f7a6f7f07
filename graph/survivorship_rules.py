"""Rules of survivorship: which value a profile shows, declared as data in one place (``survivorship.yaml``)."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from graph.errors import ConfigurationError
from graph.kinds import IDENTIFIER_KINDS
from graph.records import PERSON_FIELDS
from graph.rule_files import Position, line_of, parsed, read_text
from graph.settings import cdp_settings

_ADVICE = "See: cdp survivorship, for how the shipped rules are written."


class Strategy(StrEnum):
    """By what one value is better than another."""

    SOURCE_PRIORITY = "source_priority"
    MOST_RECENT = "most_recent"
    MOST_FREQUENT = "most_frequent"
    MOST_COMPLETE = "most_complete"
    VERIFIED_FIRST = "verified_first"


def _person_field(name: str) -> str:
    if name not in PERSON_FIELDS:
        raise ValueError(f"{name!r} is no person field; there are {', '.join(PERSON_FIELDS)}")
    return name


def _kind(name: str) -> str:
    if name not in IDENTIFIER_KINDS:
        raise ValueError(f"{name!r} is no kind of identifier; there are {', '.join(IDENTIFIER_KINDS)}")
    return name


def _whole_rule(given: object) -> object:
    return {"by": given} if isinstance(given, list) else given


PersonField = Annotated[str, AfterValidator(_person_field)]
Kind = Annotated[str, AfterValidator(_kind)]
Priorities = Mapping[str, Annotated[int, Field(ge=0, le=100)]]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rule(_Part):
    """Strategies in order. ``sources``: priorities that count for this rule alone."""

    by: tuple[Strategy, ...] = Field(min_length=1)
    sources: Priorities = Field(default_factory=dict[str, int])


class Group(Rule):
    """Fields that one record gives together. ``complete_with``: those by which it is judged how complete it is."""

    fields: tuple[PersonField, ...] = Field(min_length=2)
    complete_with: tuple[PersonField, ...] = ()


AnyRule = Annotated[Rule, BeforeValidator(_whole_rule)]


class SurvivorshipRules(_Part):
    """All rules. ``sources``: priorities in place of the trust of sources."""

    default: AnyRule
    fields: Mapping[PersonField, AnyRule]
    groups: Mapping[str, Group]
    traits: Mapping[str, AnyRule]
    contacts: Mapping[Kind, AnyRule]
    sources: Priorities

    def priority(self, rule: Rule, source: str, trust: int) -> int:
        """The priority of a source under a rule; ``trust``: what its mapping says."""
        return rule.sources.get(source, self.sources.get(source, trust))


def current_survivorship() -> SurvivorshipRules:
    """The rules in force: the shipped ones, changed by ``CDP_SURVIVORSHIP_FILE``. Raises ConfigurationError."""
    return read_survivorship(cdp_settings().survivorship_file)


@cache
def read_survivorship(file: Path | None = None) -> SurvivorshipRules:
    """The shipped rules, changed by a file. Read once per process. Raises ConfigurationError."""
    shipped = files(__package__ or "").joinpath("survivorship.yaml").read_text(encoding="utf-8")
    content = parsed(shipped, "survivorship.yaml", "cdp survivorship")
    if file is None:
        return _rules(content, shipped, "survivorship.yaml")
    own = read_text(file, "CDP_SURVIVORSHIP_FILE")
    return _rules(_changed(content, parsed(own, str(file), "cdp survivorship")), own, str(file))


def _changed(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Sections of both; of a section the keys of both, the own ones first."""
    found = dict(shipped)
    for name, section in own.items():
        if section is None:
            continue
        if isinstance(section, Mapping) and isinstance(shipped.get(name), Mapping):
            both = {**shipped[name], **section}
            found[name] = {key: rule for key, rule in both.items() if rule is not None}
        else:
            found[name] = section
    return found


def _rules(content: Mapping[str, Any], text: str, named: str) -> SurvivorshipRules:
    """Rules from plain values; ``text``: where the lines are counted. Raises ConfigurationError."""
    try:
        rules = SurvivorshipRules.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        raise _error(first["loc"], message, text, named) from None
    if clash := _clash(rules):
        raise _error(*clash, text, named)
    return rules


def _clash(rules: SurvivorshipRules) -> tuple[Position, str] | None:
    """The first field that two rules want to decide, with its place in the file."""
    owner: dict[str, str] = {}
    for name, group in rules.groups.items():
        for number, field in enumerate(group.fields):
            if field in owner:
                return ("groups", name, "fields", number), f"{field} is in the group {owner[field]} already"
            owner[field] = name
        for number, field in enumerate(group.complete_with):
            if field not in group.fields:
                return ("groups", name, "complete_with", number), f"{field} is no field of the group"
    alone = next((field for field in rules.fields if field in owner), None)
    return (("fields", alone), f"{alone} survives with the group {owner[alone]}") if alone else None


def _error(position: Position, message: str, text: str, named: str) -> ConfigurationError:
    where = ".".join(str(part) for part in position if part != "[key]")
    return ConfigurationError(f"{named}:{line_of(text, position)}: {where}: {message}.", _ADVICE)
