"""``cdp settings``: every setting in one table."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import orjson
import typer
from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsError
from rich.console import Console
from rich.table import Table

from api.settings import ApiSettings
from api.tracking.settings import TrackingSettings
from graph.settings import CdpSettings, Neo4jSettings
from loaders.rejects.settings import RejectsSettings
from loaders.settings import LoadSettings
from resolution.settings import ResolutionSettings, SparkSettings

SETTINGS: tuple[type[BaseSettings], ...] = (
    Neo4jSettings,
    CdpSettings,
    LoadSettings,
    RejectsSettings,
    ResolutionSettings,
    SparkSettings,
    ApiSettings,
    TrackingSettings,
)
HIDDEN = "(set, not shown)"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. ``value`` and ``default`` as they are written in the environment; none: unset."""

    name: str
    value: str | None
    default: str | None
    meaning: str


def variable_of(settings: type[BaseSettings], field: str) -> str:
    """The environment variable of a setting."""
    return f"{settings.model_config.get('env_prefix', '')}{field}".upper()


def wrong_settings(error: ValueError) -> list[str]:
    """The variables of settings that cannot be used, each with what is wrong; none where it is another error."""
    if isinstance(error, SettingsError):
        return [_unparsed(error)]
    title = error.title if isinstance(error, ValidationError) else None
    settings = next((kind for kind in SETTINGS if kind.__name__ == title), None)
    if settings is None or not isinstance(error, ValidationError):
        return []
    return [f"{variable_of(settings, str(part['loc'][0]))}: {part['msg']}" for part in error.errors()]


def _unparsed(error: SettingsError) -> str:
    """Lists are written as JSON. What names the field is the error's text alone."""
    field = (re.findall(r'"(\w+)"', str(error)) or [""])[0]
    settings = next((kind for kind in SETTINGS if field in kind.model_fields), None)
    named = variable_of(settings, field) if settings else "one of them"
    return f'{named}: Input should be a list as JSON, such as ["one", "two"]'


def all_settings() -> Iterator[Setting]:
    """Every setting with what is in force now, in the order of the flow; secrets are hidden."""
    for settings in SETTINGS:
        now = settings()
        for name, field in settings.model_fields.items():
            value = _written(getattr(now, name))
            yield Setting(variable_of(settings, name), value, _default_of(field), field.description or "")


def _default_of(field: FieldInfo) -> str | None:
    return _written(field.get_default(call_default_factory=False))


def _written(value: Any) -> str | None:  # noqa: ANN401 -- whatever a setting holds
    if value is None:
        return None
    if isinstance(value, SecretStr):
        return HIDDEN
    if isinstance(value, bool | tuple | list | dict):
        return orjson.dumps(value).decode()
    return str(value)


def settings_command(
    changed: Annotated[bool, typer.Option("--changed", help="Only those that differ from their default.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout, nothing else.")] = False,
) -> None:
    """Show every setting: what is in force, from the environment and .env, its default, and what it means.

    Example: cdp settings --changed
    """
    shown = [one for one in all_settings() if not changed or one.value != one.default]
    if as_json:
        typer.echo(orjson.dumps([asdict(one) for one in shown], option=orjson.OPT_INDENT_2).decode())
        return
    table = Table("setting", "value", "default", "meaning")
    for one in shown:
        default = "the same" if one.value == one.default else one.default or "unset"
        table.add_row(one.name, one.value or "unset", default, one.meaning)
    Console().print(table)
