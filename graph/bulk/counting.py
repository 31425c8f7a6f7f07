"""What each batch would have written, had it been written in its turn: which records were new, changed, or there."""

from collections.abc import Mapping
from dataclasses import dataclass

from graph.records import Batch
from graph.writing import WriteCounts, Written

_FIRST = """SELECT batch, count(*) FROM (
  SELECT batch FROM {table} ANTI JOIN again_{table} ON hash(key) = hashed
  UNION ALL
  SELECT min(batch) FROM {table} SEMI JOIN again_{table} ON hash(key) = hashed GROUP BY key
) GROUP BY batch"""

COUNTS = {
    "created_customers": _FIRST.format(table="customers"),
    # As merge_customers tells them: younger than all before it, and of other content.
    "updated_customers": """SELECT batch, count(*) FROM (
      SELECT batch, {'at': observed_at, 'hash': content_hash} AS age, max(age) OVER (
        PARTITION BY key ORDER BY batch ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known
      FROM customers SEMI JOIN again_customers ON hash(key) = hashed
    ) WHERE age > known AND age.hash <> known.hash GROUP BY batch""",
    "sessions": "SELECT batch, count(*) FROM (SELECT min(batch) AS batch FROM visit GROUP BY key) GROUP BY batch",
    "interactions": _FIRST.format(table="interactions"),
    "created_consents": _FIRST.format(table="consents"),
    # As merge_consents tells them: in effect later than all before it.
    "updated_consents": """SELECT batch, count(*) FROM (
      SELECT batch, {'at': effective_at, 'recorded': recorded_at, 'strictness': strictness, 'hash': content_hash}
        AS effect, max(effect) OVER (
        PARTITION BY key ORDER BY batch ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS known
      FROM consents SEMI JOIN again_consents ON hash(key) = hashed
    ) WHERE effect > known GROUP BY batch""",
}
"""Queries of DuckDB, each giving the number of a batch and a count; batches with none are left out."""


@dataclass(frozen=True, slots=True)
class Sent:
    """How many records of each type a batch has."""

    customers: int
    sessions: int
    interactions: int
    consents: int

    @classmethod
    def of(cls, batch: Batch) -> "Sent":
        """Those of a batch."""
        sessions = {record.key for record in batch.sessions}
        sessions |= {f"{record.source}:{record.session_id}" for record in batch.interactions if record.session_id}
        return cls(len(batch.customers), len(sessions), len(batch.interactions), len(batch.consents))

    def counts(self, number: int, found: Mapping[str, Mapping[int, int]]) -> WriteCounts:
        """What became of them. ``found``: of each count, the figure by batch."""

        def created(name: str, sent: int) -> Written:
            new = found[name].get(number, 0)
            return Written(created=new, unchanged=sent - new)

        def changed(name: str, sent: int) -> Written:
            new, later = (found[f"{became}_{name}"].get(number, 0) for became in ("created", "updated"))
            return Written(new, later, sent - new - later)

        return WriteCounts(
            changed("customers", self.customers),
            created("sessions", self.sessions),
            created("interactions", self.interactions),
            changed("consents", self.consents),
        )
