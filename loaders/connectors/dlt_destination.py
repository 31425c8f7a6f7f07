"""A destination of dlt that ends in this loader: the same mappings, standardisation, batches and dead letters.

    import dlt
    from loaders.connectors.dlt_destination import cdp

    dlt.pipeline("crm", destination=cdp(mapping="my-crm.yaml")).run(source)

An input of the mapping names the table whose rows it takes: ``dlt: customers``. Names of columns stay as they are, and
nested values are not parted. What dlt knows of how far it read is in the folder of its pipeline (``pipelines_dir``);
where that is lost, everything is read again, which changes nothing here. Rows that dlt itself drops, by a schema
contract of ``discard_row``, never arrive, so there is no dead letter of them.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import Any

from graph.errors import CdpError, ConfigurationError, GraphError
from graph.opening import opened_graph
from loaders.delivery_writer import writing_into
from loaders.intake import Intake
from loaders.mappings.model import SourceMapping
from loaders.mappings.reading import read_mappings
from loaders.pipeline import LoadPlan, load_intakes
from loaders.sources.extras import missing
from loaders.sources.jsonl import read_object
from loaders.sources.rows import Delivery, Read, plain

# dlt reports each run to its maker unless it is told not to; whoever wants that says so before.
os.environ.setdefault("RUNTIME__DLTHUB_TELEMETRY", "false")
try:
    import dlt
    from dlt.common.destination.exceptions import DestinationTerminalException, DestinationTransientException
    from dlt.common.schema import TTableSchema
except ModuleNotFoundError:
    raise missing("dlt") from None

_ROWS_AT_ONCE = 5_000


@dlt.destination(
    name="cdp", batch_size=_ROWS_AT_ONCE, loader_file_format="typed-jsonl", loader_parallelism_strategy="sequential"
)
def cdp(items: Sequence[Any], table: TTableSchema, mapping: str = dlt.config.value) -> None:
    """Load rows of a table. ``mapping``: a YAML file, or the name of a shipped mapping.

    A batch is written whole or not at all, and dlt sends it again where the database could not be reached. With too
    many rejected rows the pipeline fails, so that it does not go on from there. Raises DestinationTransientException,
    DestinationTerminalException.
    """
    try:
        intake = _intake(read_mappings([mapping]), str(table.get("name")), items)
        with opened_graph() as graph:
            report = load_intakes(LoadPlan([intake.mapping]), [intake], writing_into(graph))
    except GraphError as error:
        raise DestinationTransientException(str(error)) from None
    except CdpError as error:
        raise DestinationTerminalException(str(error)) from None
    for problem in report.problems:
        raise DestinationTerminalException(str(problem))


def _intake(mappings: Sequence[SourceMapping], table: str, rows: Sequence[Any]) -> Intake:
    """Raises ConfigurationError where no input, or more than one, takes the table."""
    inputs = ((mapping, number, part) for mapping in mappings for number, part in enumerate(mapping.inputs))
    taking = [(mapping, number) for mapping, number, part in inputs if part.location.dlt == table]
    if len(taking) != 1:
        problem = f"{len(taking)} inputs of the mapping take the table {table}."
        raise ConfigurationError(problem, f"One must say `dlt: {table}`; select other resources of the source away.")
    ((mapping, number),) = taking
    name = f"dlt {table}"
    delivery = Delivery(name, datetime.now(UTC), partial(_reads, rows), name, has_fixed_columns=False, connector="dlt")
    return Intake(mapping, number, delivery)


def _reads(rows: Sequence[Any]) -> Iterator[Read]:
    yield from map(read_object, count(1), map(plain, rows))
