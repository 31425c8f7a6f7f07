"""The SQLite file of the online shop. Its tables are described in ``sources.shop``."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from loaders.sample.dice import Dice
from loaders.sample.sorting import Runs, SortedLines
from loaders.sample.sources.shop import CURRENCY, Basket, ShopCustomer, phone_as_typed
from loaders.sample.timeline import iso_seconds
from loaders.sample.writing import WrittenFile, measure

PATH = "shop/shop.sqlite"

_FILLED_WITHIN = timedelta(minutes=14)

_SCHEMA = """
CREATE TABLE customers (
    customer_id TEXT PRIMARY KEY, email TEXT NOT NULL, first_name TEXT, last_name TEXT, phone TEXT, street TEXT,
    postcode TEXT, city TEXT, country TEXT, birth_date TEXT, marketing_consent INTEGER NOT NULL,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE orders (
    order_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers, ordered_at TEXT NOT NULL,
    status TEXT NOT NULL, total REAL NOT NULL, currency TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE order_items (
    order_id TEXT NOT NULL REFERENCES orders, sku TEXT NOT NULL, name TEXT NOT NULL, quantity INTEGER NOT NULL,
    price REAL NOT NULL, PRIMARY KEY (order_id, sku)
) WITHOUT ROWID;
CREATE TABLE carts (
    cart_id TEXT PRIMARY KEY, customer_id TEXT NOT NULL REFERENCES customers, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, status TEXT NOT NULL, total REAL NOT NULL, currency TEXT NOT NULL, items TEXT NOT NULL
) WITHOUT ROWID;
"""
_INSERTS = {
    "customers": "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "orders": "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
    "order_items": "INSERT INTO order_items VALUES (?, ?, ?, ?, ?)",
    "carts": "INSERT INTO carts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
}


class ShopDatabase:
    """The file while it is written. The same rows give the same bytes."""

    def __init__(self, folder: Path, runs: Runs) -> None:
        self._folder = folder
        self._rows = {table: runs.lines(f"shop/{table}") for table in _INSERTS}

    def add(self, customer: ShopCustomer, dice: Dice) -> None:
        """A customer with orders and carts."""
        key = customer.sighting.external_id
        self._insert("customers", _customer_row(customer, dice))
        for order in customer.orders:
            at = iso_seconds(order.at)
            self._insert("orders", (order.number, key, at, order.status, order.total, CURRENCY))
            for item in order.items:
                article = item.article
                row = (order.number, article.sku, article.name, item.quantity, article.price)
                self._insert("order_items", row)
        for cart in customer.carts:
            self._insert("carts", _cart_row(customer, cart))

    def finish(self) -> list[WrittenFile]:
        """Write the file."""
        path = self._folder / PATH
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA page_size = 4096;")
            connection.executescript(_SCHEMA)
            connection.execute("BEGIN")
            counts = {table: _fill(connection, table, rows) for table, rows in self._rows.items()}
            connection.execute("COMMIT")
            connection.execute("VACUUM")
        return [measure(self._folder, PATH, (sum(counts.values()), 0, 0), counts)]

    def _insert(self, table: str, row: tuple[Any, ...]) -> None:
        self._rows[table].add(row[0], orjson.dumps(row))


def _fill(connection: sqlite3.Connection, table: str, rows: SortedLines) -> int:
    """Insert the rows of a table in the order of its key, which is the order on disk. Gives their number."""
    return connection.executemany(_INSERTS[table], (orjson.loads(row) for _, row in rows)).rowcount


def _customer_row(customer: ShopCustomer, dice: Dice) -> tuple[Any, ...]:
    sighting, address = customer.sighting, customer.sighting.address
    return (
        sighting.external_id,
        sighting.email,
        sighting.given,
        sighting.family,
        phone_as_typed(customer, dice),
        f"{address.street} {address.house_no}" if address else None,
        address.postcode if address else None,
        address.city if address else None,
        "DE",
        sighting.birth_date.isoformat() if sighting.birth_date else None,
        int(customer.consents),
        iso_seconds(sighting.created_at),
        iso_seconds(sighting.updated_at),
    )


def _cart_row(customer: ShopCustomer, cart: Basket) -> tuple[Any, ...]:
    ordered = cart in customer.orders
    return (
        f"B{cart.number}",
        customer.sighting.external_id,
        iso_seconds(cart.at - _FILLED_WITHIN),
        iso_seconds(cart.at),
        "ordered" if ordered else cart.status,
        cart.total,
        CURRENCY,
        orjson.dumps([item.described() for item in cart.items]).decode(),
    )
