"""Scale: a whole table resolved without a graph, step by step, beside bare Splink on the same frame.

Each side runs in a process of its own, so that peak memory is its own. The table is made before and counted in the
memory of both, as it is there before either begins.

Example: python -m tests.benchmarks.scale --records 1000000 --json
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.table import Table

from graph.collecting import collect_rarely
from graph.guards import current_guards
from resolution.clusters.claims import NO_DECISIONS
from resolution.customers.preparation import prepare
from resolution.models.fitting import Teaching, fit
from resolution.pipeline import link_up
from resolution.progress import Clock
from tests.benchmarks.drawn import drawn_table
from tests.benchmarks.measures import seconds_of
from tests.benchmarks.resolving import SETTINGS, bare_splink

Records = Annotated[int, typer.Option("--records", min=1_000, help="Records of the drawn table.")]
Parquet = Annotated[Path | None, typer.Option("--table", help="A table of your own, as a Parquet file.")]
Copies = Annotated[int, typer.Option("--copies", min=1, help="Disjoint copies of that table: its letters exchanged.")]
Keys = Annotated[str, typer.Option("--keys", help="JSON: the blocking keys of the bare side; all without them.")]
Side = Annotated[str, typer.Option("--side", help="Run one side only: ours or bare.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SOURCE_COLUMNS = {"source", "gender"}


def scale(  # noqa: PLR0913 -- the options of the command
    records: Records = 1_000_000,
    table: Parquet = None,
    copies: Copies = 1,
    side: Side = "",
    keys: Keys = "null",
    *,
    as_json: AsJson = False,
) -> None:
    """Measure seconds by step and peak memory."""
    if side:
        collect_rarely()
        assert table is not None
        sys.stdout.buffer.write(orjson.dumps(_measured(side, pq.read_table(table), orjson.loads(keys))))
        return
    with tempfile.TemporaryDirectory(prefix="cdp-bench-") as folder:
        file = Path(folder) / "customers.parquet"
        pq.write_table(_copied(pq.read_table(table), copies) if table else drawn_table(records), file)
        ours = _apart("ours", file)
        found = {"ours": ours, "bare": _apart("bare", file, ours.get("keys"))}
    if all("seconds" in side for side in found.values()):
        found["ratio"] = {of: found["ours"][of] / found["bare"][of] for of in ("seconds", "cpu_seconds")}
    if as_json:
        typer.echo(orjson.dumps(found))
    else:
        _print(found)


def _apart(side: str, file: Path, keys: object = None) -> dict[str, Any]:
    """One side in a process of its own, told as it ends; where it did not come to its end, its exit code.

    ``keys``: the blocking keys of the bare side, as JSON has them; all without.
    """
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--side", side, "--table", str(file)]
    command += ["--keys", orjson.dumps(keys).decode()]
    ended = subprocess.run(command, check=False, stdout=subprocess.PIPE)
    found = orjson.loads(ended.stdout) if ended.returncode == 0 else {"exit": ended.returncode, "steps": {}}
    typer.echo(f"{side}: {orjson.dumps(found).decode()}", err=True)
    return found


def _measured(side: str, customers: pa.Table, keys: list[list[str]] | None) -> dict[str, Any]:
    if side == "bare":
        chosen = None if keys is None else frozenset(map(tuple, keys))
        prepared = prepare(customers).table
        steps: dict[str, float] = {}
        seconds = seconds_of(lambda: bare_splink(prepared, steps, chosen))
        return {"records": customers.num_rows, "seconds": seconds, "steps": steps, **_used()}
    started = time.perf_counter()
    clock = Clock()
    fitted = fit(customers, Teaching(SETTINGS, current_guards()), clock)
    with clock.step("cluster"):
        run = link_up(fitted.model, fitted.scores, NO_DECISIONS, clock).run
    seconds = time.perf_counter() - started
    counts = {name: run.counts[name] for name in ("customers", "clusters", "links", "compared")}
    used = fitted.model.keys
    chosen = {"keys": None if used is None else sorted(map(list, used))}
    return {**counts, **chosen, "seconds": seconds, "steps": clock.durations, **_used()}


def _used() -> dict[str, float]:
    """Peak memory, and the processor's seconds: others on the machine lengthen the clock's, hardly these."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu_seconds": round(used.ru_utime + used.ru_stime, 1), "peak_gb": round(used.ru_maxrss * 1_024 / 1e9, 2)}


def _copied(customers: pa.Table, copies: int) -> pa.Table:
    """Copies that have no value in common: letters and digits are shifted, so that likeness within a copy stays."""
    return pa.concat_tables([_shifted(customers, copy) for copy in range(copies)]).sort_by("key")


def _shifted(customers: pa.Table, copy: int) -> pa.Table:
    letters = str.maketrans(_LETTERS + "0123456789", _turned(_LETTERS, copy) + _turned("0123456789", copy))
    columns: dict[str, pa.ChunkedArray | pa.Array] = {}
    for name in customers.column_names:
        column = customers[name]
        if name == "key":
            column = pa.array([f"{key}-{copy}" for key in column.to_pylist()], pa.string())
        elif pa.types.is_string(column.type) and name not in {*_SOURCE_COLUMNS, "birth_date"}:
            column = pa.array([value and value.lower().translate(letters) for value in column.to_pylist()], pa.string())
        columns[name] = column
    return pa.table(columns)


def _turned(text: str, by: int) -> str:
    by %= len(text)
    return text[by:] + text[:by]


def _print(found: dict[str, Any]) -> None:
    table = Table("side", "seconds", "CPU seconds", "peak GB", "steps")
    for name in ("ours", "bare"):
        steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in found[name]["steps"].items())
        figures = (f"{found[name].get(of, float('nan')):.1f}" for of in ("seconds", "cpu_seconds", "peak_gb"))
        table.add_row(name, *figures, steps)
    Console().print(table)
    if "ratio" in found:
        Console().print(f"ratio {found['ratio']['seconds']:.2f}, of CPU seconds {found['ratio']['cpu_seconds']:.2f}")


if __name__ == "__main__":
    typer.run(scale)
