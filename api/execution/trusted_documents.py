"""Trusted documents: only documents that were written down beforehand are answered.

A client sends the id of a document in place of its text: its SHA-256, or the key that the manifest gives it, as
``extensions.persistedQuery.sha256Hash`` (Apollo) or ``documentId`` (GraphQL over HTTP, "Persisted Documents"). So
whoever holds a key can ask for what your front ends ask for, and for nothing else.
"""

import re
from collections.abc import Generator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from graphql import GraphQLError, GraphQLSchema, specified_rules

from api.execution.limits import OperationLimits
from api.execution.prepared import PreparedDocument
from api.execution.results import without_values
from graph.errors import ConfigurationError, UntrustedDocumentError, reason_of

_SHA256 = re.compile("[0-9a-f]{64}")
_PREFIX = "sha256:"
_ADVICE = "See CDP_TRUSTED_DOCUMENTS."


def read_trusted_documents(place: Path, schema: GraphQLSchema) -> dict[str, str]:
    """Id -> document of a manifest, or of a folder of manifests and ``.graphql`` files.

    A manifest is a JSON object of id -> document, as graphql-codegen writes it. Raises ConfigurationError where a file
    cannot be read, an id is not the hash of its document, or a document does not fit the schema.
    """
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    found: dict[str, str] = {}
    for file in files:
        for name, text in _documents_of(file):
            _require_fitting(file, text, schema)
            found[name] = found[hash_of(text)] = text
    if not found:
        raise ConfigurationError(f"{place} holds no documents.", _ADVICE)
    return found


def hash_of(text: str) -> str:
    """SHA-256 of a document, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def trusted_text(request: Mapping[str, Any], trusted: Mapping[str, str]) -> str:
    """The text of the trusted document that a request means. Raises UntrustedDocumentError."""
    text = request.get("query")
    name = id_in(request) or (hash_of(text) if isinstance(text, str) else None)
    if name is None:
        raise UntrustedDocumentError("No document is named.", "Send the id of a trusted document as `documentId`.")
    document = trusted.get(name.removeprefix(_PREFIX))
    if document is None or text not in {None, "", document}:
        raise UntrustedDocumentError("This is not a trusted document.", "Send the id of one as `documentId`.")
    return document


def id_in(request: Mapping[str, Any]) -> str | None:
    """The id of a document that a request carries, if any."""
    extensions = request.get("extensions")
    persisted = extensions.get("persistedQuery") if isinstance(extensions, dict) else None
    hashed = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    found = hashed or request.get("documentId")
    return found if isinstance(found, str) else None


def _documents_of(file: Path) -> Generator[tuple[str, str]]:
    try:
        if file.suffix in {".graphql", ".gql"}:
            text = file.read_text()
            yield hash_of(text), text
            yield hash_of(text.strip()), text.strip()
        elif file.suffix == ".json":
            yield from _manifest(file, orjson.loads(file.read_bytes()))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{file} cannot be read ({reason_of(error)}).", _ADVICE) from None


def _manifest(file: Path, manifest: object) -> Generator[tuple[str, str]]:
    if not isinstance(manifest, dict):
        raise ConfigurationError(f"{file} is not a JSON object of id and document.", _ADVICE)
    for name, text in manifest.items():
        if not isinstance(text, str):
            raise ConfigurationError(f"{file}: the document {name} is not a text.", _ADVICE)
        if _SHA256.fullmatch(name) and name != hash_of(text):
            raise ConfigurationError(f"{file}: {name} is not the SHA-256 of its document.", "Write the manifest anew.")
        yield name.removeprefix(_PREFIX), text


def _require_fitting(file: Path, text: str, schema: GraphQLSchema) -> None:
    try:
        errors = PreparedDocument(schema, text).errors((*specified_rules, OperationLimits))
    except GraphQLError as error:
        errors = [error]
    if errors:
        problem = f"{file}: the document {hash_of(text)[:12]} cannot be answered: {without_values(errors[0].message)}"
        raise ConfigurationError(problem, "Write it for this schema.")
