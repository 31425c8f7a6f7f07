"""Preparation: the customers' table in the form in which it is compared."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import pyarrow as pa
from anyascii import anyascii

from graph.customers import COUNTED, VALUE_COLUMNS, VALUE_KINDS, by_key
from graph.kinds import IDENTIFIER_KINDS
from resolution.customers import folding
from resolution.customers.hubs import SuspectDates, shared_values, suspect_dates
from resolution.customers.listed import TEXTS, Listed

ATTRIBUTE_PREFIX = "attribute_"
# Kinds that are compared as a column of their own; kinds that one person owns are rules instead.
COMPARED_KINDS = tuple(
    kind.name for kind in IDENTIFIER_KINDS.values() if not kind.one_person and kind.name not in VALUE_KINDS.values()
)

Column: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"
Columns: TypeAlias = dict[str, Column]

_TEXT = pa.string()
# Of fewer values it takes longer to find the distinct ones than to change them all.
_FEW = 50
# Of more customers it is worth while to give back the memory that preparing them took.
_MANY = 100_000

_NO_NAME = re.compile(r"[^a-z0-9]+")

# Prepared column: the column that it is made of, and how.
_TEXT_COLUMNS: Mapping[str, tuple[str, Callable[[str], str | None]]] = {
    "given_name": ("given_name", folding.folded),
    "given_sound": ("given_name", folding.first_sound),
    "middle_name": ("middle_name", folding.folded),
    "family_name": ("family_name", folding.folded),
    "family_sound": ("family_name", folding.sound),
    "gender": ("gender", folding.folded),
    "street": ("street", folding.street),
    "postcode": ("postcode", folding.compact),
    "city": ("city", folding.folded),
    "state": ("state", folding.folded),
    "country": ("country", folding.folded),
    "company": ("company", folding.folded),
}
_LIST_COLUMNS: Mapping[str, tuple[str, Callable[[str], list[str]]]] = {
    "given_forms": ("given_name", folding.name_forms),
    "given_words": ("given_name", folding.given_words),
    "family_words": ("family_name", folding.name_words),
    "street_words": ("street", folding.street_words),
}
_CHANGED_COLUMNS = dict.fromkeys(of for of, _ in (*_TEXT_COLUMNS.values(), *_LIST_COLUMNS.values()))
CONTACTS = VALUE_COLUMNS
_LISTS = frozenset([*_LIST_COLUMNS, *CONTACTS, *(f"own_{name}" for name in CONTACTS), "identifiers", COUNTED])
_ALWAYS = frozenset({"key", "source", COUNTED})
# A column that is made of another comes and goes with it, so that a condition never asks for one that is not there.
_MADE_OF = {
    **{name: of for name, (of, _) in {**_TEXT_COLUMNS, **_LIST_COLUMNS}.items()},
    **dict.fromkeys(("own_emails", "email_provider", "mailbox", "mailbox_letters", "handle"), "emails"),
    "own_phones": "phones",
    "own_hashed_emails": "hashed_emails",
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """The table that is compared, sorted by key, and the guards that acted on it, counted.

    Columns that hold nothing are left out, and empty lists are null: missing is neither for nor against.
    """

    table: pa.Table
    suspect: SuspectDates
    guards: Mapping[str, int]

    def with_columns(self, columns: Sequence[str]) -> pa.Table:
        """The table with exactly these columns: what a model knows, and empty where nobody has it."""
        present = set(self.table.column_names)
        return pa.table({name: self.table[name] if name in present else self._empty(name) for name in columns})

    def _empty(self, name: str) -> pa.Array:
        return pa.nulls(self.table.num_rows, TEXTS if name in _LISTS else pa.string())


def prepare(
    customers: pa.Table, suspect: SuspectDates | None = None, shared: Mapping[str, frozenset[str]] | None = None
) -> Prepared:
    """Fold, check and spread out the columns of ``graph.customers.fetch_customers``.

    ``suspect``: birth dates that a model knows to be none; else they are looked for. ``shared``: values of ``CONTACTS``
    that people with several given names use; else they are looked for among these customers.
    """
    customers = by_key(customers)
    columns: Columns = {"key": customers["key"], "source": customers["source"]}
    texts = {of: _Texts(customers[of]) for of in _CHANGED_COLUMNS}
    columns |= {name: texts[of].changed(change) for name, (of, change) in _TEXT_COLUMNS.items()}
    columns |= {name: texts[of].lists(change) for name, (of, change) in _LIST_COLUMNS.items()}
    columns |= {name: _Texts(customers[of]).changed(folding.folded) for name, of in _attributes(customers).items()}
    identifiers = Listed.of(customers["identifiers"])
    columns |= {kind: identifiers.of_kind(kind).first for kind in COMPARED_KINDS}
    columns["identifiers"] = identifiers.lists
    columns[COUNTED] = _counted(customers)
    suspect = _add_birth_dates(columns, customers["birth_date"], suspect)
    contacts = {name: Listed.of(customers[name]) for name in CONTACTS}
    shared = shared or {name: _shared(held, columns["given_name"]) for name, held in contacts.items()}
    for name, held in contacts.items():
        own = held.without(shared[name])
        columns[name] = held.lists
        columns[f"own_{name}"] = columns[name] if own is held else own.lists
    _add_mailboxes(columns, contacts["emails"].first, customers)
    filled = {name: values for name, values in columns.items() if _is_filled(columns, _MADE_OF.get(name, name))}
    guards = {
        "birth_dates_ignored": len(suspect.unknown),
        "birth_dates_read_as_years": len(suspect.years),
        "values_shared_by_several": sum(map(len, shared.values())),
    }
    if customers.num_rows > _MANY:
        folding.forget()
        pa.default_memory_pool().release_unused()
    return Prepared(pa.table(filled), suspect, guards)


def _is_filled(columns: Columns, name: str) -> bool:
    return name in _ALWAYS or columns[name].null_count < len(columns[name])


def _attributes(customers: pa.Table) -> dict[str, str]:
    """Plain names for the columns of further facts: a source may name them in any way, and they enter statements."""
    names: dict[str, str] = {}
    for column in customers.column_names:
        if column.startswith(ATTRIBUTE_PREFIX):
            name = _NO_NAME.sub("_", anyascii(column).lower())
            names[name if name not in names else f"{name}_{len(names)}"] = column
    return names


def _add_birth_dates(columns: Columns, birth_dates: Column, suspect: SuspectDates | None) -> SuspectDates:
    dates = _Texts(birth_dates).changed(folding.birth_date)
    suspect = suspect or suspect_dates(dates, columns["given_name"], columns["family_name"])
    columns["birth_date"] = _Texts(dates).changed(suspect.corrected)
    return suspect


def _shared(held: Listed, given_names: Column) -> frozenset[str]:
    return shared_values(held.values, given_names.take(pa.array(held.rows)))


def _add_mailboxes(columns: Columns, emails: Column, customers: pa.Table) -> None:
    texts = _Texts(emails)
    mailboxes = texts.changed(folding.mailbox)
    names = zip(customers["given_name"].to_pylist(), customers["family_name"].to_pylist(), strict=True)
    handles = [
        folding.handle(mailbox, filter(None, both)) if mailbox else None
        for mailbox, both in zip(mailboxes.to_pylist(), names, strict=True)
    ]
    columns["email_provider"] = texts.changed(folding.provider)
    columns["mailbox"] = mailboxes
    columns["mailbox_letters"] = _Texts(mailboxes).changed(folding.letters)
    columns["handle"] = pa.array(handles, pa.string())


class _Texts:
    """A column of texts, of which each distinct one is changed once."""

    def __init__(self, column: Column) -> None:
        whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded = None if len(whole) < _FEW else whole.dictionary_encode()
        self._texts: list[str | None] = (whole if encoded is None else encoded.dictionary).to_pylist()
        self._places = None if encoded is None else encoded.indices

    def changed(self, change: Callable[[str], object], kind: pa.DataType = _TEXT) -> pa.Array:
        found = pa.array([None if text is None else change(text) for text in self._texts], kind)
        return found if self._places is None else found.take(self._places)

    def lists(self, change: Callable[[str], list[str]]) -> pa.Array:
        return self.changed(lambda text: change(text) or None, TEXTS)


def _counted(customers: pa.Table) -> pa.Array:
    if COUNTED not in customers.column_names:
        return pa.nulls(customers.num_rows, TEXTS)
    return Listed.of(customers[COUNTED]).lists


def sources_by_size(table: pa.Table) -> list[tuple[str, float]]:
    """Sources with their share of the records, largest first."""
    counted = Counter[str](table["source"].to_pylist())
    return [(name, count / table.num_rows) for name, count in sorted(counted.items(), key=lambda x: (-x[1], x[0]))]
