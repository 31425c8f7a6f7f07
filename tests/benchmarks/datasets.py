"""Labelled records under the names that ``cdp evaluate`` takes, from the public data sets beside the project."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
_HISTORICAL = {
    "unique_id": "id",
    "cluster": "person_id",
    "first_name": "given_name",
    "surname": "family_name",
    "dob": "birth_date",
    "postcode_fake": "postcode",
    "gender": "gender",
    "birth_place": "birth_place",
    "occupation": "occupation",
}
_FEBRL = {"suburb": "city", "surname": "family_name", "date_of_birth": "birth_date", "soc_sec_id": "national_id"}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file of records and a file of who is who."""

    name: str
    records: Path
    truth: Path


def labelled_sets(data: Path, folder: Path) -> Iterator[Labelled | str]:
    """Every data set, written into a folder; the name of one that is not there."""
    for name, read in _READERS.items():
        found = read(data)
        yield name if found is None else _written(name, found, folder)


def historical_50k(data: Path) -> pd.DataFrame | None:
    """50,578 records of historical figures, with errors."""
    file = next(data.glob("historical_50k/*.parquet"), None)
    return None if file is None else pd.read_parquet(file)[list(_HISTORICAL)].rename(columns=_HISTORICAL)


def _febrl(*names: str) -> Callable[[Path], pd.DataFrame | None]:
    def read(data: Path) -> pd.DataFrame | None:
        files = [data / "febrl" / f"{name}.csv" for name in names]
        if not all(file.is_file() for file in files):
            return None
        return pd.concat([_standard(pd.read_csv(file, dtype=str, skipinitialspace=True)) for file in files])

    return read


def _standard(records: pd.DataFrame) -> pd.DataFrame:
    records = records.rename(columns=lambda name: name.strip()).rename(columns=_FEBRL)
    street = records["street_number"].fillna("") + " " + records["address_1"].fillna("")
    return records.assign(
        id=records["rec_id"], person_id=records["rec_id"].str.extract(r"(\d+)", expand=False), street=street.str.strip()
    ).drop(columns=["rec_id", "street_number", "address_1"])


_READERS: dict[str, Callable[[Path], pd.DataFrame | None]] = {
    "historical_50k": historical_50k,
    "FEBRL 3": _febrl("dataset3"),
    "FEBRL 4": _febrl("dataset4a", "dataset4b"),
}


def _written(name: str, found: pd.DataFrame, folder: Path) -> Labelled:
    records, truth = folder / f"{name}.csv", folder / f"{name} truth.csv"
    found.drop(columns="person_id").to_csv(records, index=False)
    found[["id", "person_id"]].to_csv(truth, index=False)
    return Labelled(name, records, truth)
