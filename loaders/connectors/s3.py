"""S3-compatible storage, through obstore (extra ``s3``)."""

from collections.abc import Collection, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph.errors import SourceReadError
from loaders.connectors.done import Found
from loaders.connectors.environment import optional
from loaders.connectors.patterns import folder_of, matches
from loaders.mappings.places import S3Place
from loaders.sources.extras import needed

_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket as a server of files."""

    place: S3Place

    @property
    def kind(self) -> str:
        """Its protocol."""
        return "s3"

    @property
    def name(self) -> str:
        """As s3:// address."""
        return f"s3://{self.place.bucket}"

    def list_files(self, patterns: Collection[str], marker: str | None) -> list[Found[datetime]]:
        """Objects of some patterns and what could be their markers. Raises SourceReadError."""
        with self._opened() as store:
            listed = {meta["path"]: meta for pattern in patterns for meta in _listed(store, folder_of(pattern))}
        return [
            Found(name, _written(meta), f" {meta['e_tag'] or meta['size']}", meta["last_modified"])
            for name, meta in listed.items()
            if marker is not None or any(matches(name, pattern) for pattern in patterns)
        ]

    def fetch(self, name: str, to: Path) -> None:
        """Copy an object. Raises SourceReadError."""
        with self._opened() as store, to.open("wb") as file:
            for chunk in needed("obstore").get(store, name).stream(min_chunk_size=_CHUNK_BYTES):
                file.write(chunk)

    @contextmanager
    def _opened(self) -> Generator[Any]:
        exceptions, stores = needed("obstore.exceptions"), needed("obstore.store")
        try:
            yield stores.S3Store(self.place.bucket, **self._options())
        except (exceptions.BaseError, OSError) as error:
            # Not the text: it may quote what was sent.
            problem = f"{self.name} cannot be read ({type(error).__name__})."
            raise SourceReadError(problem, "Check bucket, endpoint, region, and the variables of its keys.") from None

    def _options(self) -> dict[str, Any]:
        place = self.place
        keys = optional(place.access_key), optional(place.secret_key)
        options: dict[str, Any] = {"region": place.region, "virtual_hosted_style_request": place.endpoint is None}
        if place.endpoint is not None:
            options |= {"endpoint": place.endpoint, "client_options": {"allow_http": True}}
        if keys == (None, None):
            return options | {"skip_signature": True}
        return options | {"access_key_id": keys[0], "secret_access_key": keys[1]}


def _listed(store: Any, folder: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401 -- has no type where the extra is missing
    for page in needed("obstore").list(store, prefix=folder or None):
        yield from page


def _written(meta: dict[str, Any]) -> str:
    return f"{meta['last_modified'].astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"
