"""Rows of one input as records."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from graph.nesting import is_too_deep
from graph.records import ConsentRecord, CustomerRecord, InteractionRecord, SessionRecord
from loaders.mappings.columns import used_columns
from loaders.mappings.model import CustomerMapping, InputMapping
from loaders.records.consents import ConsentReader
from loaders.records.context import Context
from loaders.records.customers import CustomerReader
from loaders.records.findings import Finding, Findings, RowRejectedError
from loaders.records.interactions import InteractionReader
from loaders.records.values import condition_reader
from loaders.sources.json_values import json_value
from loaders.sources.jsonl import TOO_DEEP
from loaders.sources.rows import Row
from loaders.standardise.unusable import Unusable

_NO_JSON, _TOO_DEEP = Unusable("unreadable_json", "not JSON"), Unusable(*TOO_DEEP)


@dataclass(frozen=True, slots=True)
class Translated:
    """What became of one row: records and what was set aside; or, when it is ``rejected``, nothing."""

    customers: tuple[CustomerRecord, ...] = ()
    sessions: tuple[SessionRecord, ...] = ()
    interactions: tuple[InteractionRecord, ...] = ()
    consents: tuple[ConsentRecord, ...] = ()
    set_aside: tuple[Finding, ...] = ()
    rejected: Finding | None = None

    @property
    def is_skipped(self) -> bool:
        """Whether the mapping wants nothing of the row."""
        return not (self.customers or self.interactions or self.consents or self.set_aside or self.rejected)


class Translation:
    """Translates rows; made once for an input."""

    def __init__(self, mapping: InputMapping, context: Context) -> None:
        used = used_columns(mapping)
        self._json, self._split = mapping.json, mapping.split
        self._counts = condition_reader(mapping.where)
        self._customer = mapping.customer and CustomerReader(_with_traits(mapping), context, used)
        self._interactions = [InteractionReader(part, context, used) for part in mapping.interactions]
        self._consents = [ConsentReader(part, context) for part in mapping.consents]

    def translate(self, row: Row, delivered_at: datetime) -> Translated:
        """What a row means. ``delivered_at``: age of what has no age of its own."""
        findings = Findings()
        try:
            return self._translate(self._with_parts(row, findings), delivered_at, findings)
        except RowRejectedError as error:
            return Translated(rejected=Finding(error.field, error.problem, ""))

    def _translate(self, row: Row, delivered_at: datetime, findings: Findings) -> Translated:
        if not self._counts(row):
            return Translated()
        customer = self._customer.read(row, delivered_at, findings) if self._customer else None
        interactions: list[InteractionRecord] = []
        sessions: list[SessionRecord] = []
        for reader in self._interactions:
            interaction = reader.read(row, findings)
            if interaction is not None:
                interactions.append(interaction)
                session = reader.read_session(row, interaction)
                sessions += [session] if session else []
        consents = [consent for reader in self._consents if (consent := reader.read(row, findings))]
        return Translated(
            customers=(customer,) if customer else (),
            sessions=tuple(sessions),
            interactions=tuple(interactions),
            consents=tuple(consents),
            set_aside=tuple(findings.rejected) if findings.found else (),
        )

    def _with_parts(self, row: Row, findings: Findings) -> Row:
        if not (self._json or self._split):
            return row
        changed = dict(row)
        for column, separator in self._split.items():
            text = row.get(column)
            if isinstance(text, str):
                changed[column] = [part.strip() for part in text.split(separator) if part.strip()]
        for column in self._json:
            text = row.get(column)
            if isinstance(text, str) and text.strip():
                problem, changed[column] = _parsed(text)
                if problem is not None:
                    findings.add(column, problem, text)
                    del changed[column]
        return changed


def _parsed(text: str) -> tuple[Unusable | None, Any]:
    """What a column holds as JSON, or what is wrong with it."""
    try:
        value = json_value(text)
    except orjson.JSONDecodeError:
        return _NO_JSON, None
    return (_TOO_DEEP, None) if is_too_deep(value) else (None, value)


def _with_traits(mapping: InputMapping) -> CustomerMapping:
    """Where a row has interactions, what nothing reads is theirs."""
    assert mapping.customer is not None
    if mapping.customer.traits is None and mapping.interactions:
        return replace(mapping.customer, traits=())
    return mapping.customer
