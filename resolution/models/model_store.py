"""The model store: each version a folder of files, written whole or not at all."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from operator import itemgetter
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from graph.errors import ModelError, StorageError, reason_of
from graph.settings import cdp_settings
from resolution.models.frequencies import Frequencies
from resolution.models.model import Model, model_of

_MODEL, _FREQUENCIES = "model.json", "frequencies"
# What is told of a version before it is loaded.
_SUMMARY, _DEFAULT = itemgetter("customers", "prior", "levels", _FREQUENCIES), itemgetter("default")


@dataclass(frozen=True, slots=True)
class StoredModel:
    """A version in the store. ``document``: see ``Model.document``."""

    version: str
    stored_at: datetime
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelStore:
    """Versions in a folder: ``<version>/model.json`` and ``<version>/frequencies/<column>.parquet``."""

    folder: Path

    def save(self, model: Model) -> Path:
        """Store a version; a known one stays as it is, unless its files are damaged. Raises StorageError."""
        target = self.folder / model.version
        if self._is_whole(model.version):
            return target
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            made = Path(mkdtemp(prefix=".", dir=self.folder))
            _write(made, model)
            if target.exists() and not self._is_whole(model.version):
                # The same data give the same version: it would stay damaged however often it is trained.
                shutil.rmtree(target)
            made.replace(target)
        except OSError as error:
            if self._is_whole(model.version):  # another process was faster
                return target
            raise StorageError(
                f"The model cannot be stored ({reason_of(error)}).",
                "Check CDP_DATA_DIR: whether its disk has room and the folder is yours.",
            ) from None
        return target

    def load(self, version: str) -> Model:
        """A stored version. Raises ModelError."""
        stored = self.find(version)
        folder = self.folder / stored.version / _FREQUENCIES
        values = {column: _read_values(folder / f"{column}.parquet") for column in stored.document["frequencies"]}
        return model_of(stored.document, values)

    def has(self, version: str) -> bool:
        """Whether the store knows a version."""
        return (self.folder / version / _MODEL).is_file()

    def _is_whole(self, version: str) -> bool:
        try:
            return self.has(version) and bool(self.load(version))
        except ModelError:
            return False

    def find(self, version: str) -> StoredModel:
        """A stored version, by its name or the beginning of it. Raises ModelError."""
        names = [name for name in self._names() if name == version or (version and name.startswith(version))]
        if len(names) != 1:
            problem = "is not known here" if not names else "is ambiguous"
            advice = (
                "See: cdp model list. Else copy its folder into models/ of the data folder, or: cdp resolve --train."
            )
            raise ModelError(f"The model version {version!r} {problem}.", advice)
        return self._read(names[0])

    def versions(self) -> tuple[list[StoredModel], list[ModelError]]:
        """All versions, oldest first, and what is wrong with those whose files are damaged."""
        found, damaged = list[StoredModel](), list[ModelError]()
        for name in self._names():
            try:
                found.append(self._read(name))
            except ModelError as error:
                damaged.append(error)
        return sorted(found, key=lambda stored: (stored.stored_at, stored.version)), damaged

    def _names(self) -> list[str]:
        return sorted(path.parent.name for path in self.folder.glob(f"[!.]*/{_MODEL}"))

    def _read(self, name: str) -> StoredModel:
        file = self.folder / name / _MODEL
        try:
            stored_at = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            document = orjson.loads(file.read_bytes())
            _SUMMARY(document)
            _DEFAULT(document["levels"])
        except (OSError, orjson.JSONDecodeError, TypeError, KeyError) as error:
            raise ModelError(
                f"The model {name} cannot be read ({type(error).__name__}).",
                "Train a new one: cdp resolve --train; or use another: cdp model list.",
            ) from None
        return StoredModel(name, stored_at, document)


def model_store() -> ModelStore:
    """The store of this project's data folder."""
    return ModelStore(cdp_settings().data_dir / "models")


def _write(folder: Path, model: Model) -> None:
    (folder / _FREQUENCIES).mkdir()
    for column, found in model.frequencies.items():
        pq.write_table(_table(found), folder / _FREQUENCIES / f"{column}.parquet")
    (folder / _MODEL).write_bytes(orjson.dumps(model.document, option=orjson.OPT_INDENT_2))
    shutil.copymode(folder.parent, folder)


def _table(found: Frequencies) -> pa.Table:
    values = pa.array(list(found.values), pa.string())
    return pa.table({"value": values, "frequency": pa.array(list(found.values.values()), pa.float64())})


def _read_values(file: Path) -> dict[str, float]:
    try:
        table = pq.read_table(file)
        values, shares = table["value"].to_pylist(), table["frequency"].to_pylist()
    except (OSError, pa.ArrowInvalid, KeyError) as error:
        raise ModelError(
            f"The term frequencies {file.stem} cannot be read ({type(error).__name__}).",
            "Train a new one: cdp resolve --train; or use another: cdp model list.",
        ) from None
    return dict(zip(values, shares, strict=True))
