"""The commonest names, streets and cities, most frequent first. They stand in ``commonest.toml``, which says more."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class CommonNames:
    """The heads of a culture's rankings; given names by generation, or one ranking for all."""

    male: tuple[tuple[str, ...], ...] = ()
    female: tuple[tuple[str, ...], ...] = ()
    family: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CommonCity:
    """A city; the postcodes are numbers, the area code has no leading zero, inhabitants are in thousands."""

    name: str
    first_postcode: int
    last_postcode: int
    area_code: str
    inhabitants: int


def common_names(group: str) -> CommonNames:
    """The heads of the rankings of ``german``, ``turkish`` or ``polish``; of others there is none."""
    table = _document().get(group)
    if table is None:
        return CommonNames()
    return CommonNames(_rankings(table["male"]), _rankings(table["female"]), tuple(table["family"].split()))


def common_streets() -> list[str]:
    """Street names."""
    return _document()["places"]["streets"]


def common_cities() -> list[CommonCity]:
    """Cities."""
    return [CommonCity(*city) for city in _document()["places"]["cities"]]


def _rankings(generations: list[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(generation.split()) for generation in generations)


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads(files("loaders.sample").joinpath("commonest.toml").read_text(encoding="utf-8"))
