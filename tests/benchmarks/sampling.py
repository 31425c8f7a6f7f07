"""Making the sample company: seconds for a million rows of files, on as many processes as ``cdp sample`` uses here."""

import resource
from pathlib import Path
from tempfile import TemporaryDirectory

from loaders.sample.company import write_sample
from tests.benchmarks.company import SEED
from tests.benchmarks.sections import Options, Rows

_MILLION = 1_000_000
_WANTED = "about 10 s a million rows"


def measure_sampling(options: Options) -> Rows:
    """A row for the six systems, and one for all kinds of systems."""
    return [_measured(options.bulk_people, all_systems=wide) for wide in (False, True)]


def _measured(people: int, *, all_systems: bool) -> dict[str, object]:
    with TemporaryDirectory(prefix="cdp-bench-") as folder:
        before = _processor_s()
        report = write_sample(people, SEED, Path(folder), all_systems=all_systems)
        used = _processor_s() - before
    rows = sum(file.rows for file in report.files)
    return {
        "systems": "all" if all_systems else "six",
        "people": people,
        "rows": rows,
        "seconds": round(report.seconds, 1),
        "seconds_a_million": round(report.seconds * _MILLION / rows, 1),
        "processor_seconds_a_million": round(used * _MILLION / rows, 1),
        "wanted": _WANTED,
    }


def _processor_s() -> float:
    """What this process and those that it has waited for used of the processor so far."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
