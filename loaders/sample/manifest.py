"""The manifest of a sample: what it was made from, its files, and whom to look at first. ``manifest.json``."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from graph.errors import SourceReadError
from loaders.sample.writing import WrittenFile

NAME = "manifest.json"
FORMAT = "cdp-sample/1"


@dataclass(frozen=True, slots=True)
class Hero:
    """A customer who said on the phone that they want to leave, and came back to the website without logging in.

    Where there is a choice, one with an order whom the systems know under different names.

    Keys are those of the graph: ``customers`` by source (``crm`` to ``crm:<customer_no>``), ``device``
    (``anonymous_id:<cookie>``), sessions (``web:<session id>``). The login happened on the same device, days before the
    call; the anonymous session days after it. Times are ISO 8601 in UTC.
    """

    person_id: str
    customers: Mapping[str, str]
    device: str
    login_session: str
    logged_in_at: str
    call_id: str
    called_at: str
    anonymous_session: str
    visited_at: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a sample consists of. ``stories``: how many people lived the hero's story; a tiny sample has no hero."""

    people: int
    seed: int
    households: int
    stories: int
    files: tuple[WrittenFile, ...]
    hero: Hero | None

    @property
    def rows(self) -> int:
        """Data rows of all files."""
        return sum(file.rows for file in self.files)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write it beside the files it describes."""
    document = {"format": FORMAT} | asdict(manifest)
    (folder / NAME).write_bytes(orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a sample. Raises SourceReadError where there is none or it is not ours."""
    path = folder / NAME
    try:
        document: dict[str, Any] = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SourceReadError(f"{path} cannot be read.", "Make a sample with `cdp sample`.") from error
    if document.get("format") != FORMAT:
        raise SourceReadError(f"{path} is not the manifest of a sample.", "Make a sample with `cdp sample`.")
    hero = document["hero"]
    return Manifest(
        people=document["people"],
        seed=document["seed"],
        households=document["households"],
        stories=document["stories"],
        files=tuple(WrittenFile(**file) for file in document["files"]),
        hero=Hero(**hero) if hero else None,
    )
