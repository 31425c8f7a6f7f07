"""The data mart of the analysts: scores and segments. ``data_mart/scores.parquet``.

One row a CRM number with a running contract, by number: customer_no (the CRM's); scored_on (a date); model;
churn_probability (0 to 1); clv_eur (customer value, euros); next_best_offer; segments (a list of names). No name and no
address: whose scores they are, only the number says.
"""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from loaders.sample.catalogue import TARIFFS
from loaders.sample.dice import Dice
from loaders.sample.observations import Observed
from loaders.sample.parquet_writing import ParquetFile
from loaders.sample.people import Person
from loaders.sample.sightings import Sighting
from loaders.sample.sorting import Runs
from loaders.sample.sources.crm import CrmCustomer
from loaders.sample.writing import WrittenFile

SOURCE = "data_mart"
PATH = "data_mart/scores.parquet"

_SCORED_ON = datetime(2026, 6, 28, tzinfo=UTC)
_MODEL = "churn-2026.2"
_SCORES = pa.schema(
    [
        ("customer_no", pa.string()),
        ("scored_on", pa.date32()),
        ("model", pa.string()),
        ("churn_probability", pa.float64()),
        ("clv_eur", pa.float64()),
        ("next_best_offer", pa.string()),
        ("segments", pa.list_(pa.string())),
    ]
)
_YOUNG, _OLD = 30, 65


class DataMartFiles:
    """The file while it is written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._file = ParquetFile(folder, PATH, _SCORES, runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """The scores of a person, one record a running contract."""
        running = [customer for customer in observed.crm if _runs(customer)]
        return [self._score(customer, dice) for customer in running]

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        return self._file.finish()

    def _score(self, customer: CrmCustomer, dice: Dice) -> Sighting:
        crm = customer.sighting
        leaving = crm.person.leaving_at is not None and crm.person.leaving_at < _SCORED_ON
        row = {
            "customer_no": crm.external_id,
            "scored_on": _SCORED_ON.date().isoformat(),
            "model": _MODEL,
            "churn_probability": round(0.7 + 0.28 * dice.share() if leaving else 0.5 * dice.share() ** 2, 3),
            "clv_eur": round(customer.contract.tariff.monthly * (12 + 36 * dice.share()), 2),
            "next_best_offer": dice.weighted(TARIFFS).name,
            "segments": [*_segments(crm.person), *(["at risk"] if leaving else [])],
        }
        self._file.add(crm.external_id, row)
        return Sighting(
            source=SOURCE,
            external_id=crm.external_id,
            person=crm.person,
            given=crm.given,
            family=crm.family,
            created_at=_SCORED_ON,
            updated_at=_SCORED_ON,
            can_hold=frozenset(),
            customer_no=crm.external_id,
        )


def _runs(customer: CrmCustomer) -> bool:
    contract = customer.contract
    return contract.starts < _SCORED_ON and (contract.ends is None or contract.ends > _SCORED_ON)


def _segments(person: Person) -> list[str]:
    age = person.age_in(_SCORED_ON.year)
    of_age = "young" if age < _YOUNG else "best agers" if age >= _OLD else "middle"
    return [of_age, "family" if len(person.household.members) > 2 else "small household"]  # noqa: PLR2004
