"""Preparation: the customers' table in the form in which it is compared.

Names and addresses are folded (lower case, no diacritics, no punctuation), dates checked, identifiers of each kind
given a column of their own. Folding is for comparing only: what is shown comes from the sources.
"""

import re
from collections.abc import Callable
from datetime import date
from functools import cache

import pyarrow as pa
from anyascii import anyascii

from graph.kinds import IDENTIFIER_KINDS

FOLDED = ("given_name", "middle_name", "family_name", "street", "city", "state", "country", "company")
ATTRIBUTE_PREFIX = "attribute_"

# Kinds that are compared as a column of their own; kinds that one person owns are rules instead.
COMPARED_KINDS = tuple(
    kind.name for kind in IDENTIFIER_KINDS.values() if not kind.one_person and kind.name not in {"email", "phone"}
)

_NO_LETTERS = re.compile(r"[^a-z0-9]+")
_STREET_WORDS = {"strasse": "str", "street": "st", "road": "rd", "avenue": "ave", "place": "pl", "drive": "dr"}


def prepare(customers: pa.Table) -> pa.Table:
    """The table that is compared, sorted by key; columns that hold nothing are left out."""
    customers = customers.sort_by("key")
    columns: dict[str, pa.Array | pa.ChunkedArray] = {"key": customers["key"], "source": customers["source"]}
    for name in customers.column_names:
        if name in FOLDED or name.startswith(ATTRIBUTE_PREFIX):
            columns[name] = _mapped(customers[name], folded_street if name == "street" else folded)
    columns["birth_date"] = _mapped(customers["birth_date"], valid_date)
    columns["gender"] = _mapped(customers["gender"], folded)
    columns["postcode"] = _mapped(customers["postcode"], compact)
    columns |= {"emails": customers["emails"], "phones": customers["phones"]}
    columns["email"] = _first(customers["emails"])
    columns["email_name"] = _mapped(columns["email"], email_name)
    for kind in COMPARED_KINDS:
        columns[kind] = _of_kind(customers["identifiers"], kind)
    return pa.table({name: values for name, values in columns.items() if not _is_empty(values)})


@cache
def folded(text: str) -> str | None:
    """Lower case, transliterated, words of letters and digits; none where nothing is left."""
    return _NO_LETTERS.sub(" ", anyascii(text).lower()).strip() or None


def folded_street(text: str) -> str | None:
    """Folded, with the usual words for a street abbreviated in one way."""
    words = folded(text)
    if words is None:
        return None
    return re.sub(r"strasse\b", "str", " ".join(_STREET_WORDS.get(word, word) for word in words.split()))


def compact(text: str) -> str | None:
    """Folded without blanks: postcodes are written with and without."""
    words = folded(text)
    return words and words.replace(" ", "")


def valid_date(text: str) -> str | None:
    """An ISO 8601 date, none where it is none."""
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def email_name(email: str) -> str | None:
    """The part before the @, folded: it often holds the name, and survives a change of provider."""
    return compact(email.split("@", 1)[0])


def _mapped(values: pa.Array | pa.ChunkedArray, change: Callable[[str], str | None]) -> pa.Array:
    """Each distinct value is changed once."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    encoded = whole.dictionary_encode()
    changed = pa.array([change(value) for value in encoded.dictionary.to_pylist()], pa.string())
    return changed.take(encoded.indices)


def _first(lists: pa.ChunkedArray) -> pa.Array:
    return pa.array([values[0] if values else None for values in lists.to_pylist()], pa.string())


def _of_kind(identifiers: pa.ChunkedArray, kind: str) -> pa.Array:
    prefix = f"{kind}:"
    found = (
        next((value.removeprefix(prefix) for value in values or () if value.startswith(prefix)), None)
        for values in identifiers.to_pylist()
    )
    return pa.array(list(found), pa.string())


def _is_empty(values: pa.Array | pa.ChunkedArray) -> bool:
    if pa.types.is_list(values.type):
        return not any(values.to_pylist())
    return values.null_count == len(values)
