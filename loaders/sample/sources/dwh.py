"""The data warehouse: yearly snapshots of customers, long out of date, and orders. ``dwh/*.parquet``.

``customers_2024-12-31`` and ``customers_2025-12-31``, one row a customer as known on that day, by customer_key:
customer_key (its own number); crm_customer_no and shop_customer_id (null where not known); first_name and last_name in
capitals without umlauts; birth_date; email; phone (E.164); street; house_no; postcode; city; snapshot_date. ``orders``:
order_no; customer_key; ordered_at; channel (store, online); store; total; currency; items (a list of {sku, name,
quantity, price}). Online orders are those of the shop; those of the stores are nowhere else.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa

from loaders.sample.catalogue import ACCESSORIES
from loaders.sample.dice import Dice, scattered
from loaders.sample.observations import Observed
from loaders.sample.parquet_writing import ParquetFile
from loaders.sample.people import HardCase
from loaders.sample.sightings import Sighting
from loaders.sample.slips import without_umlauts
from loaders.sample.sorting import Runs
from loaders.sample.sources.shop import CURRENCY, Basket, LineItem
from loaders.sample.timeline import WORLD_END, WORLD_START, iso_seconds
from loaders.sample.writing import WrittenFile

SOURCE = "dwh"
SNAPSHOTS = (datetime(2024, 12, 31, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC))
CUSTOMERS_PATH = "dwh/customers_{day}.parquet"
ORDERS_PATH = "dwh/orders.parquet"

_CUSTOMERS = pa.schema(
    [
        ("customer_key", pa.int64()),
        ("crm_customer_no", pa.string()),
        ("shop_customer_id", pa.string()),
        ("first_name", pa.string()),
        ("last_name", pa.string()),
        ("birth_date", pa.date32()),
        ("email", pa.string()),
        ("phone", pa.string()),
        ("street", pa.string()),
        ("house_no", pa.string()),
        ("postcode", pa.string()),
        ("city", pa.string()),
        ("snapshot_date", pa.date32()),
    ]
)
_ITEM = pa.struct([("sku", pa.string()), ("name", pa.string()), ("quantity", pa.int32()), ("price", pa.float64())])
_ORDERS = pa.schema(
    [
        ("order_no", pa.string()),
        ("customer_key", pa.int64()),
        ("ordered_at", pa.timestamp("s", tz="UTC")),
        ("channel", pa.string()),
        ("store", pa.string()),
        ("total", pa.float64()),
        ("currency", pa.string()),
        ("items", pa.list_(_ITEM)),
    ]
)
_KEYS, _TICKETS = 1_000_000_000, 10_000_000_000
_STORES = ("Berlin Mitte", "Hamburg Altona", "Köln Ehrenfeld", "München Sendling")
_STORE_HOURS = (8, 18)


class DwhFiles:
    """The files while they are written."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._customers = {
            day: ParquetFile(folder, CUSTOMERS_PATH.format(day=day.date()), _CUSTOMERS, runs) for day in SNAPSHOTS
        }
        self._orders = ParquetFile(folder, ORDERS_PATH, _ORDERS, runs)

    def add(self, observed: Observed, dice: Dice) -> list[Sighting]:
        """A person as on the days of the snapshots, where CRM or shop knew them then."""
        known = [customer.sighting.created_at for customer in (*observed.crm, *observed.shop)]
        days = [day for day in SNAPSHOTS if known and min(known) < day]
        if not days or not (observed.person.in_story or dice.chance(0.85)):
            return []
        key = scattered(observed.person.number, 112_358_131, _KEYS)
        seen = [_sighting(observed, key, day) for day in days]
        for day, sighting in zip(days, seen, strict=True):
            self._customers[day].add(f"{key:09d}", _row(observed, sighting, day))
        self._write_orders(observed, key, dice)
        return seen[-1:]

    def finish(self) -> list[WrittenFile]:
        """Write the files."""
        return [written for file in (*self._customers.values(), self._orders) for written in file.finish()]

    def _write_orders(self, observed: Observed, key: int, dice: Dice) -> None:
        for customer in observed.shop:
            for order in customer.orders:
                self._write_order(key, order, None)
        for nth in range(dice.count(0.4)):
            at = dice.at_hours(dice.moment(WORLD_START, WORLD_END - timedelta(days=1)), *_STORE_HOURS)
            number = f"ST{scattered(observed.person.number * 64 + nth, 1_618_033_989, _TICKETS):010d}"
            article = LineItem(dice.weighted(ACCESSORIES), 1 + dice.chance(0.1))
            self._write_order(key, Basket(number, at, "delivered", (article,)), dice.pick(_STORES))

    def _write_order(self, key: int, order: Basket, store: str | None) -> None:
        at = iso_seconds(order.at)
        row = {
            "order_no": order.number,
            "customer_key": key,
            "ordered_at": at,
            "channel": "store" if store else "online",
            "store": store,
            "total": order.total,
            "currency": CURRENCY,
            "items": [item.described() for item in order.items],
        }
        self._orders.add(f"{at} {order.number}", row)


def _sighting(observed: Observed, key: int, day: datetime) -> Sighting:
    person = observed.person
    sighting = Sighting(
        source=SOURCE,
        external_id=str(key),
        person=person,
        given=person.given,
        family=person.family.at(day),
        created_at=day,
        updated_at=day,
        can_hold=frozenset({"birth_date", "email", "phone", "address"}),
        birth_date=person.birth_date,
        email=person.email.at(day),
        phone=person.mobile.at(day),
        address=person.address.at(day),
    )
    stale = {
        HardCase.NAME_CHANGE: sighting.family != person.family.last,
        HardCase.MOVED: sighting.address != person.address.last,
    }
    sighting.cases |= {case for case, applies in stale.items() if applies}
    return sighting


def _row(observed: Observed, sighting: Sighting, day: datetime) -> dict[str, object]:
    crm = next((each.sighting for each in observed.crm if each.sighting.created_at < day), None)
    account = observed.account if observed.account and observed.account.created_at < day else None
    address = sighting.address
    return {
        "customer_key": int(sighting.external_id),
        "crm_customer_no": crm.external_id if crm else None,
        "shop_customer_id": account.external_id if account else None,
        "first_name": without_umlauts(sighting.given, long=True).upper(),
        "last_name": without_umlauts(sighting.family, long=True).upper(),
        "birth_date": sighting.birth_date.isoformat() if sighting.birth_date and crm else None,
        "email": sighting.email if account else None,
        "phone": sighting.phone if crm else None,
        "street": address.street if address else None,
        "house_no": address.house_no if address else None,
        "postcode": address.postcode if address else None,
        "city": address.city if address else None,
        "snapshot_date": day.date().isoformat(),
    }
