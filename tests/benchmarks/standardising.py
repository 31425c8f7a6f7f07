"""Standardising: records a second of one core, each value new, so that no cache helps but for what few values have.

Processor time, which counts what this process does and not what else the machine is busy with.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import process_time

import phonenumbers
from faker import Faker

from loaders.mappings.reading import read_mapping
from loaders.records.context import context_of
from loaders.records.translation import Translation
from loaders.standardise.addresses import standardise_city, standardise_postcode, standardise_street
from loaders.standardise.countries import standardise_country
from loaders.standardise.dates import standardise_date
from loaders.standardise.emails import standardise_email
from loaders.standardise.genders import standardise_gender
from loaders.standardise.names import standardise_name
from loaders.standardise.phones import standardise_phone
from loaders.standardise.user_agents import read_user_agent
from tests.benchmarks.sections import Options, Rows

_ROWS, _NAMES = 20_000, 2_000
_WANTED = ">= 20,000"
_FORMAT = "%d.%m.%Y"
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_MAPPING = f"""\
source: {{name: crm, kind: crm, country: DE}}
inputs:
  - files: a.csv
    customer:
      external_id: id
      fields:
        given_name: given
        family_name: family
        birth_date: {{column: born, format: "{_FORMAT}"}}
        gender: sex
        street: street
        postcode: postcode
        city: city
        country: country
      identifiers: [{{kind: email, value: email}}, {{kind: phone, value: phone}}]
"""
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of value: how it is standardised, and what its cache is."""

    name: str
    run: Callable[[str], object]
    caches: list[Callable[[], None]] = field(default_factory=list[Callable[[], None]])


def measure_standardising(options: Options) -> Rows:
    """Microseconds a value by kind, then records a second: the values alone, and whole rows as a mapping reads them."""
    rows = list(_drawn(Random(7)))
    kinds = _kinds()
    spent = {kind.name: _best(options.rounds, kind, [row[kind.name] for row in rows]) for kind in kinds}
    found: Rows = [{"what": name, "us": 1e6 * seconds / _ROWS} for name, seconds in spent.items()]
    alone = sum(seconds for name, seconds in spent.items() if name != "user agent")
    whole = min(_translated(rows, kinds) for _ in range(options.rounds))
    library = _seconds_of(lambda: [phonenumbers.parse(row["phone"], "DE") for row in rows])
    return [
        *found,
        {"what": "phone, parsed by the library alone", "us": 1e6 * library / _ROWS},
        {"what": "values of a record", "us": 1e6 * alone / _ROWS, "records/s": int(_ROWS / alone), "wanted": _WANTED},
        {"what": "rows to records", "us": 1e6 * whole / _ROWS, "records/s": int(_ROWS / whole), "wanted": _WANTED},
    ]


def _kinds() -> list[_Kind]:
    return [
        _Kind("given", standardise_name, [standardise_name.cache_clear]),
        _Kind("family", standardise_name, [standardise_name.cache_clear]),
        _Kind("email", standardise_email, [standardise_email.cache_clear]),
        _Kind("phone", lambda text: standardise_phone(text, "DE"), [standardise_phone.cache_clear]),
        _Kind("street", lambda text: standardise_street(text, "DE"), [standardise_street.cache_clear]),
        _Kind("postcode", lambda text: standardise_postcode(text, "DE"), [standardise_postcode.cache_clear]),
        _Kind("city", standardise_city, [standardise_city.cache_clear]),
        _Kind("born", lambda text: standardise_date(text, (_FORMAT,)), [standardise_date.cache_clear]),
        _Kind("country", standardise_country, [standardise_country.cache_clear]),
        _Kind("sex", standardise_gender, [standardise_gender.cache_clear]),
        _Kind("user agent", read_user_agent, [read_user_agent.cache_clear]),
    ]


def _best(rounds: int, kind: _Kind, values: list[str]) -> float:
    kind.run(values[0])  # what is read once per process
    return min(_new(kind.caches, partial(_each, kind.run, values)) for _ in range(rounds))


def _each(run: Callable[[str], object], values: Iterable[str]) -> None:
    for value in values:
        run(value)


def _new(caches: Iterable[Callable[[], None]], run: Callable[[], object]) -> float:
    for clear in caches:
        clear()
    return _seconds_of(run)


def _seconds_of(run: Callable[[], object]) -> float:
    started = process_time()
    run()
    return process_time() - started


def _translated(rows: list[Row], kinds: list[_Kind]) -> float:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "crm.yaml"
        file.write_text(_MAPPING, encoding="utf-8")
        mapping = read_mapping(file)
    translation = Translation(mapping.inputs[0], context_of(mapping))
    caches = [clear for kind in kinds for clear in kind.caches]
    return _new(caches, partial(_translate, translation, rows))


def _translate(translation: Translation, rows: list[Row]) -> None:
    for row in rows:
        translation.translate(row, _AT)


def _drawn(dice: Random) -> Iterable[Row]:
    faker = Faker(["de_DE", "en_GB", "fr_FR"])
    faker.seed_instance(7)
    given, family = ([make() for _ in range(_NAMES)] for make in (faker.first_name, faker.last_name))
    streets, agents = ([make() for _ in range(_NAMES)] for make in (faker.street_name, faker.user_agent))
    cities = [faker["de_DE"].city() for _ in range(_NAMES)]
    for number in range(_ROWS):
        first, last = dice.choice(given), dice.choice(family)
        yield {
            "id": str(number),
            "given": first.upper() if number % 5 == 0 else first,
            "family": last,
            "email": f"{first}.{last}{number}@{dice.choice(('gmail.com', 'web.de', 'Firma.de'))}".replace(" ", ""),
            "phone": dice.choice((f"0176 {number:07d}", f"+49 30 {number:06d}", f"(089) {number:06d}")),
            "street": f"{dice.choice(streets)} {number % 300}",
            "postcode": f"{dice.randrange(1_000, 99_999):05d}",
            "city": dice.choice(cities),
            "born": f"{dice.randint(1, 28):02d}.{dice.randint(1, 12):02d}.{dice.randint(1930, 2007)}",
            "country": dice.choice(("DE", "Deutschland", "Germany")),
            "sex": dice.choice(("Herr", "Frau", "m", "w")),
            "user agent": f"{dice.choice(agents)} App/{number}",
        }
