"""Guards: what keeps wrong merges away, declared as data in one place (``guards.yaml``).

Values that name nobody, roles, hubs, identifiers that are unique, limits of a profile, weak bridges, contradictions.
"""

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache, cached_property
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from time import monotonic
from typing import Annotated, Any, Literal, Protocol, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from graph.errors import ConfigurationError
from graph.kinds import EMAIL, IDENTIFIER_KINDS
from graph.rule_files import parsed, read_text
from graph.settings import cdp_settings

DEVICE = "device"
LOG = logging.getLogger("cdp.guards")
# A process that goes on looks so often whether its file has changed; guards are asked for with every value.
LOOK_EVERY_S = 1.0
_ADDED = ("nobody", "roles", "disposable")


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        raise ValueError(f"{text!r} is no regular expression") from None
    return text


def _kind(name: str) -> str:
    if name not in IDENTIFIER_KINDS:
        raise ValueError(f"{name!r} is no kind of identifier; there are {', '.join(IDENTIFIER_KINDS)}")
    return name


Expression = Annotated[str, AfterValidator(_expression)]
Kind = Annotated[str, AfterValidator(_kind)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Nobody(_Part):
    """Values that stand for nobody: emails as they are, expressions for digits and for other ids."""

    email: tuple[str, ...] = ()
    phone: tuple[Expression, ...] = ()
    other: tuple[Expression, ...] = ()


class Disposable(_Part):
    """Domains whose mailboxes are open to everybody, or are gone in minutes."""

    domains: tuple[str, ...] = ()


class Unique(_Part):
    """Kinds of which one person has one value, and sources that know nobody twice."""

    kinds: tuple[Kind, ...] = ()
    sources: tuple[str, ...] = ()


class Limit(_Part):
    """At most so many values in one profile within so many days; without ``days``, ever."""

    most: int = Field(ge=1)
    days: int | None = Field(None, ge=1)


class ClusterSize(_Part):
    """At most so many customers in one profile."""

    most: int = Field(ge=1)


class WeakBridge(_Part):
    """Groups of at least ``customers`` each are not joined by fewer than ``pairs`` pairs that speak for it."""

    customers: int = Field(ge=1)
    pairs: int = Field(ge=0)


class Contradictions(_Part):
    """So many stable facts against one person hold a scored pair apart, or refuse a rule."""

    pair: int = Field(ge=1)
    rule: int = Field(ge=1)
    weighs: Mapping[str, int] = Field(default_factory=dict[str, int])


class Guards(_Part):
    """All guards; equal content gives an equal ``digest``."""

    nobody: Nobody
    roles: Mapping[Kind, tuple[Expression, ...]]
    disposable: Disposable
    hubs: Mapping[Kind | Literal["device"], int]
    unique: Unique
    limits: Mapping[Kind, Limit]
    cluster: ClusterSize
    weak_bridge: WeakBridge
    contradictions: Contradictions

    @cached_property
    def digest(self) -> str:
        """Hash of the content."""
        return _hash(self.model_dump_json())

    @cached_property
    def hub_digest(self) -> str:
        """Hash of what tells who is a hub: the other guards change no label."""
        return _hash(self.model_dump_json(include={"roles", "disposable", "hubs"}))

    @property
    def counted_kinds(self) -> list[str]:
        """Kinds of identifiers whose values are counted in a profile, sorted."""
        return sorted({*self.unique.kinds, *self.limits})

    def hub_above(self, kind: str) -> int:
        """A value of a kind, or a device, with more customers than this says nothing."""
        return self.hubs.get(kind, self.hubs[DEVICE])

    def is_role(self, kind: str, match_key: str) -> bool:
        """Whether a value belongs to a role that many people answer for."""
        patterns = self.roles.get(kind)
        return bool(patterns) and _whole(patterns).fullmatch(match_key) is not None

    def guard_of(self, kind: str, match_key: str) -> str | None:
        """Why a value says nothing about who somebody is: role or disposable; none where it may say something."""
        if self.is_role(kind, match_key):
            return "role"
        is_disposable = kind == EMAIL and match_key.rpartition("@")[2] in self._disposable
        return "disposable" if is_disposable else None

    def is_nobody(self, kind: Literal["email", "phone", "other"], text: str) -> bool:
        """Whether a value stands for nobody: an email's match key, a phone's digits, another id in lower case."""
        if kind == "email":
            return text in self._nobodys_emails
        return _whole(getattr(self.nobody, kind)).fullmatch(text) is not None

    @cached_property
    def _disposable(self) -> frozenset[str]:
        return frozenset(self.disposable.domains)

    @cached_property
    def _nobodys_emails(self) -> frozenset[str]:
        return frozenset(self.nobody.email)


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


@cache
def _whole(patterns: Iterable[str]) -> re.Pattern[str]:
    """One expression that matches whatever one of several matches; matches nothing where there are none."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns) or r"(?!)")


def current_guards() -> Guards:
    """The guards of this project: the shipped ones, changed by ``CDP_GUARDS_FILE``, as it is by now.

    Raises ConfigurationError.
    """
    file = cdp_settings().guards_file
    return read_guards() if file is None else _followed(file).guards()


def read_guards(file: Path | None = None) -> Guards:
    """The shipped guards, changed by a file. Raises ConfigurationError."""
    if file is None:
        return _shipped_guards()
    own = _parsed(read_text(file, "CDP_GUARDS_FILE"), str(file))
    _require_lists(own, str(file))
    return guards_of(_changed(_shipped(), own), str(file))


@cache
def _shipped_guards() -> Guards:
    return guards_of(_shipped(), "guards.yaml")


@cache
def _shipped() -> Mapping[str, Any]:
    return _parsed(files(__package__ or "").joinpath("guards.yaml").read_text(encoding="utf-8"), "guards.yaml")


class _Cache(Protocol):
    def cache_clear(self) -> None: ...


_C = TypeVar("_C", bound=_Cache)
_FORGET: list[Callable[[], None]] = []


def forgotten_with_guards(cache: _C) -> _C:
    """Decorator of what is cached and was told by guards: it is forgotten when they change."""
    _FORGET.append(cache.cache_clear)
    return cache


class _Followed:
    """The guards of a file that may change while the process goes on; while it cannot be used, those of before."""

    def __init__(self, file: Path) -> None:
        # Looked at before it is read: what changes meanwhile is found the next time.
        self._file, self._version, self._looked_at = file, _version(file), monotonic()
        self._guards = read_guards(file)

    def guards(self) -> Guards:
        if monotonic() - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = monotonic()
            self._look()
        return self._guards

    def _look(self) -> None:
        version = _version(self._file)
        if version == self._version:
            return
        self._version = version
        try:
            self._guards = read_guards(self._file)
        except ConfigurationError as error:
            LOG.warning("The guards file has changed and cannot be used, so those of before hold: %s", error.problem)
            return
        LOG.info("The guards file has changed and is used from now on.")
        for forget in _FORGET:
            forget()


@cache
def _followed(file: Path) -> _Followed:
    return _Followed(file)


def _version(file: Path) -> tuple[int, int, int] | None:
    """What is another whenever a file was written anew; none where there is no file."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def guards_of(content: Mapping[str, Any], named: str) -> Guards:
    """Guards from plain values; ``named``: where they come from. Raises ConfigurationError."""
    try:
        return Guards.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise ConfigurationError(
            f"{named}: {where}: {first['msg']}.", "See: cdp guards, for how the shipped ones are written."
        ) from None


def _parsed(text: str, named: str) -> Mapping[str, Any]:
    content = parsed(text, named, "cdp guards")
    if not all(isinstance(part, Mapping | None) for part in content.values()):
        raise ConfigurationError(f"{named}: guards are a mapping of sections.", "See: cdp guards.")
    return content


def _require_lists(own: Mapping[str, Any], named: str) -> None:
    """A single text would be taken for its letters."""
    for name in _ADDED:
        for key, values in (own.get(name) or {}).items():
            if not isinstance(values, list | None):
                raise ConfigurationError(f"{named}: {name}.{key}: this is no list of values.", "See: cdp guards.")


def _changed(shipped: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Sections of both; of a section the keys of both, the own ones first; lists of values are added up."""
    found = dict(shipped)
    for name, section in own.items():
        found[name] = {**shipped.get(name, {}), **(section or {})}
        if name in _ADDED:
            both = {**shipped[name], **(section or {})}
            found[name] = {key: [*shipped[name].get(key, ()), *((section or {}).get(key) or ())] for key in both}
    return found
