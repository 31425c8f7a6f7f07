"""What was done: resolutions and decisions of stewards, the newest first."""

from datetime import datetime
from typing import Annotated

import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.access.viewer import Scope
from api.contract.exposure import Exposed, expose
from api.contract.paging import DEFAULT_PAGE, After, Connection, First, Key, Paging, moment_of
from api.execution.context import RequestInfo
from graph.decisions import Decision
from graph.listing import NEWEST, RunFilter, list_decisions_before, list_runs
from graph.runs import ScoringRun
from graph.times import milliseconds

classify(ScoringRun, dict.fromkeys(("model_version", "scope", "settings", "counts", "durations"), plain))
expose(
    ScoringRun,
    Exposed(
        {
            "run_id": "Id of the run, which everything that it wrote carries.",
            "model_version": "Model that scored.",
            "scope": "What it was about: `full`, `incremental`, `online`, `steward` or `delete`.",
            "settings": "Its settings, by name.",
            "started_at": "When it began.",
            "finished_at": "When it ended, and what it found took effect.",
            "counts": "What it found and changed, in numbers by name.",
            "durations": "Seconds of its steps, by name.",
        },
        words="One execution of a resolution.",
        ids=("run_id",),
    ),
)


@strawberry.input(
    name="RunFilter", description="Which resolutions are listed. A part that is left out lets everything through."
)
class RunFilterInput:
    """Which resolutions are listed."""

    scope: str | None = strawberry.field(
        default=None, description="What they were about: `full`, `incremental`, `online`, `steward` or `delete`."
    )
    model_version: str | None = strawberry.field(default=None, description="Model that scored.")


Wanted = Annotated[RunFilterInput | None, strawberry.argument(name="filter", description="Which resolutions.")]
InForce = Annotated[
    bool | None, strawberry.argument(description="Those that are in force, or those that were withdrawn; else all.")
]


@strawberry.type
class PastQueries:
    """Root fields for what was done. Each needs the scope ``identity:explain``, decisions ``profile:read`` as well."""

    @strawberry.field(description="Resolutions, the one that began last first.")
    async def runs(
        self, info: RequestInfo, first: First = DEFAULT_PAGE, after: After = None, wanted: Wanted = None
    ) -> Connection[ScoringRun]:
        """Raises ForbiddenError, InputError, GraphError."""
        info.context.viewer.require(Scope.IDENTITY_EXPLAIN)
        paging = Paging.of("runs", first, after, (int, str))
        chosen = RunFilter(wanted.scope, wanted.model_version) if wanted else RunFilter()
        found = await list_runs(info.context.graph, chosen, _before(paging.position), first + 1)
        return paging.page(found, lambda run: (milliseconds(run.started_at), run.run_id))

    @strawberry.field(description="Decisions of stewards, the newest first.")
    async def decisions(
        self, info: RequestInfo, first: First = DEFAULT_PAGE, after: After = None, in_force: InForce = None
    ) -> Connection[Decision]:
        """Raises ForbiddenError, InputError, GraphError."""
        info.context.viewer.require(Scope.PROFILE_READ)
        info.context.viewer.require(Scope.IDENTITY_EXPLAIN)
        paging = Paging.of("decisions", first, after, (int, str))
        before = _before(paging.position)
        found = await list_decisions_before(info.context.graph, before, first + 1, in_force=in_force)
        return paging.page(found, lambda decision: (milliseconds(decision.at), decision.key))


def _before(position: Key | None) -> tuple[datetime, str]:
    return moment_of(position) if position else NEWEST
