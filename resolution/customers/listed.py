"""Columns of lists, changed as a whole: a loop over the lists of a million customers takes seconds for each column."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow.compute import MatchSubstringOptions, SetLookupOptions, SliceOptions, call_function

TEXTS = pa.list_(pa.string())


@dataclass(frozen=True, slots=True)
class Listed:
    """The values of a column of lists, one after the other, and for each the row that lists it."""

    values: pa.Array
    rows: npt.NDArray[np.int64]
    count: int

    @classmethod
    def of(cls, lists: "pa.Array | pa.ChunkedArray") -> "Listed":
        """The values of lists of texts; a missing list has none."""
        whole = lists.combine_chunks() if isinstance(lists, pa.ChunkedArray) else lists
        rows = call_function("list_parent_indices", [whole]).to_numpy(zero_copy_only=False)
        return cls(call_function("list_flatten", [whole]).cast(pa.string()), rows, len(whole))

    @property
    def lists(self) -> pa.Array:
        """One list a row again, missing where there is nothing to list."""
        if not len(self.rows):
            return pa.nulls(self.count, TEXTS)
        counts = np.bincount(self.rows, minlength=self.count)
        ends = np.cumsum(counts, dtype=np.int32)
        offsets = pa.array(np.concatenate([np.zeros(1, np.int32), ends]))
        return pa.ListArray.from_arrays(offsets, self.values, type=TEXTS, mask=pa.array(counts == 0))

    @property
    def first(self) -> pa.Array:
        """The first value of each row, missing where there is none."""
        if not len(self.rows):
            return pa.nulls(self.count, pa.string())
        first = np.concatenate([[True], self.rows[1:] != self.rows[:-1]])
        places = np.zeros(self.count, np.int64)
        places[self.rows[first]] = np.flatnonzero(first)
        missing = np.ones(self.count, np.bool_)
        missing[self.rows[first]] = False
        return self.values.take(pa.array(places, mask=missing))

    def without(self, values: AbstractSet[str]) -> "Listed":
        """The same without some values."""
        if not values:
            return self
        options = SetLookupOptions(value_set=pa.array(sorted(values), pa.string()))
        return self._where(~_flags("is_in", self.values, options))

    def of_kind(self, kind: str) -> "Listed":
        """Of values such as ``kind:value`` those of one kind, without it."""
        prefix = f"{kind}:"
        of_kind = self._where(_flags("starts_with", self.values, MatchSubstringOptions(prefix)))
        values = call_function("utf8_slice_codeunits", [of_kind.values], SliceOptions(len(prefix)))
        return Listed(values, of_kind.rows, self.count)

    def _where(self, kept: npt.NDArray[np.bool_]) -> "Listed":
        if kept.all():
            return self
        return Listed(self.values.filter(pa.array(kept)), self.rows[kept], self.count)


def _flags(function: str, values: pa.Array, options: Any) -> npt.NDArray[np.bool_]:  # noqa: ANN401
    return call_function(function, [values], options).to_numpy(zero_copy_only=False)
