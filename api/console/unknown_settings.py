"""Variables that look like settings and are none: a slip of the pen would count for nothing, and nobody would know."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from pydantic_settings import DotEnvSettingsSource

from api.console.settings_commands import SETTINGS, variable_of
from graph.errors import ConfigurationError
from graph.settings import CdpSettings

PREFIX = "CDP_"
_OTHER_USES = frozenset({"CDP_ACTOR", "CDP_WRITE_KEY", "CDP_NEO4J_IMAGE"})
"""Of options of commands, and of docker-compose.neo4j.yml."""
_OF_TESTS = "CDP_TEST_"
# What differs more is another word: mappings take secrets from variables that may be named like ours.
_LIKENESS = 0.8


@dataclass(frozen=True, slots=True)
class UnknownSetting:
    """A variable that nothing here reads, and the setting whose name is most like it; none: no name is like it."""

    variable: str
    nearest: str | None


def unknown_settings() -> list[UnknownSetting]:
    """Those of the environment and of ``.env``, by name. Raises ConfigurationError."""
    known = {variable_of(settings, field) for settings in SETTINGS for field in settings.model_fields}
    named = {name.upper() for name in (*os.environ, *_in_file())} - known - _OTHER_USES
    ours = sorted(name for name in named if name.startswith(PREFIX) and not name.startswith(_OF_TESTS))
    return [UnknownSetting(name, _nearest(name, known)) for name in ours]


def misspelt_settings() -> list[UnknownSetting]:
    """Those that are like a setting. Raises ConfigurationError."""
    return [found for found in unknown_settings() if found.nearest]


def words_of(found: UnknownSetting) -> str:
    """A sentence, without the value: it may be a secret."""
    return f"{found.variable} is no setting and counts for nothing. Is {found.nearest} meant? See: cdp settings."


def _nearest(name: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(name, known, n=1, cutoff=_LIKENESS)), None)


def _in_file() -> Iterable[str]:
    try:
        return DotEnvSettingsSource(CdpSettings).env_vars
    except UnicodeDecodeError:
        raise ConfigurationError("The file .env cannot be read: it is not UTF-8.", "Save it as UTF-8.") from None
