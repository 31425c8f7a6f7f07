"""Where the rows of an input are: from a checked document to a ``Location``."""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from loaders.mappings.documents import Document, Position
from loaders.mappings.model import Location
from loaders.mappings.places import (
    HttpPlace,
    Incremental,
    KafkaPlace,
    NatsPlace,
    Pages,
    S3Place,
    SftpPlace,
    Since,
    SnapshotMapping,
    WebhookPlace,
)

_PLACES = ("files", "sqlite", "sqlite_script", "database", "http", "kafka", "nats", "webhook", "singer", "dlt")
_WITH_TABLES = ("sqlite", "sqlite_script", "database")
_SERVERS = ("s3", "sftp")
_OF_FILES = ("done", "once", "sheet")
# Their deliveries are parts of a stream: none of them is all that there is.
_WITHOUT_SNAPSHOTS = ("kafka", "nats", "webhook", "singer", "dlt", "incremental")

_KINDS: Mapping[str, Callable[..., object]] = {
    "s3": S3Place,
    "sftp": SftpPlace,
    "kafka": KafkaPlace,
    "nats": NatsPlace,
    "webhook": WebhookPlace,
    "incremental": Incremental,
}


def read_location(document: Document, data: Mapping[str, Any], at: Position) -> Location:
    """The place of an input. Raises MappingError."""
    _Checks(document, data, at).run()
    known = {name: data[name] for name in Location.__dataclass_fields__ if name in data}
    files = data.get("files", ())
    known["files"] = (files,) if isinstance(files, str) else tuple(files)
    known["columns"] = tuple(data.get("columns", ()))
    return Location(**(known | _parts(data)))


def read_snapshot(document: Document, data: Mapping[str, Any], at: Position) -> SnapshotMapping | None:
    """Whether each delivery is a full snapshot. Raises MappingError."""
    given = data.get("snapshot", False)
    if given is False:
        return None
    where = (*at, "snapshot")
    if "customer" not in data:
        raise document.error(where, "only customers can be retired.", "Add customer, or leave snapshot out.")
    other = next((name for name in _WITHOUT_SNAPSHOTS if name in data), None)
    if other is not None or "since" in data.get("http", ()):
        problem = f"with {other or 'since'}, a delivery is not all that there is."
        raise document.error(where, problem, "Leave one of both out.")
    return SnapshotMapping() if given is True else SnapshotMapping(**given)


class _Checks:
    """What a schema cannot say about places."""

    def __init__(self, document: Document, data: Mapping[str, Any], at: Position) -> None:
        self._document, self._data, self._at = document, data, at

    def run(self) -> None:
        place = self._place()
        self._selection(place)
        self._server(place)
        for name in _OF_FILES:
            if name in self._data and place != "files":
                self._refuse(name, "only files have it.", "Leave it out.")
        if "incremental" in self._data and place not in {"sqlite", "database"}:
            self._refuse("incremental", "only databases have columns to go on from.", "Leave it out.")
        self._pages()

    def _place(self) -> str:
        found = [name for name in _PLACES if name in self._data]
        if len(found) != 1:
            problem, advice = "one place where its rows are must be given.", f"Give one of {', '.join(_PLACES)}."
            raise self._document.error(self._at, problem, advice)
        return found[0]

    def _selection(self, place: str) -> None:
        selections = [name for name in ("table", "query") if name in self._data]
        if place in _WITH_TABLES and len(selections) != 1:
            self._refuse(place, "it needs a table or a query.", "Add `table` or `query`.")
        if place == "files" and "table" in self._data:
            self._refuse("table", "files have no tables.", "Leave it out.")
        if place not in {"files", *_WITH_TABLES} and selections:
            self._refuse(selections[0], f"{place} has neither tables nor queries.", "Leave it out.")

    def _server(self, place: str) -> None:
        servers = [name for name in _SERVERS if name in self._data]
        if servers and place != "files":
            self._refuse(servers[0], "it has files.", "Say with `files` which.")
        if len(servers) > 1:
            self._refuse(servers[1], "files are on one server.", f"Give one of {', '.join(_SERVERS)}.")

    def _pages(self) -> None:
        pages = self._data.get("http", {}).get("pages")
        if pages is None:
            return
        ways = [name for name in ("number", "next", "link") if pages.get(name)]
        where = ("http", "pages")
        if len(ways) != 1:
            raise self._document.error((*self._at, *where), "a source is paged in one way.", "number, next or link.")
        if ("next" in ways) != ("parameter" in pages):
            problem = "a token needs the parameter that takes it, and nothing else does."
            raise self._document.error((*self._at, *where), problem, "Give `next` and `parameter` together.")

    def _refuse(self, name: str, problem: str, advice: str) -> NoReturn:
        raise self._document.error((*self._at, name), problem, advice)


def _parts(data: Mapping[str, Any]) -> dict[str, Any]:
    """The places that are objects."""
    parts: dict[str, Any] = {name: kind(**data[name]) for name, kind in _KINDS.items() if name in data}
    if "http" in data:
        given = dict(data["http"])
        pages, since = given.pop("pages", None), given.pop("since", None)
        parts["http"] = HttpPlace(**given, pages=pages and Pages(**pages), since=since and Since(**since))
    return parts
