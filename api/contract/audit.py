"""The audit log for clients: who looked at a person, and what was asked last."""

import asyncio
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Annotated

import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.access.viewer import Scope
from api.audit.persons import profile_ids_of
from api.audit.reading import AuditedClass, AuditRecord, Wanted, read_places
from api.contract.exposure import Exposed, expose
from api.contract.guesses import found_profile
from api.contract.inputs import ProfileBy, identity_of
from api.contract.paging import DEFAULT_PAGE, After, First, PageInfo, Paging, cursor_for
from api.execution.context import RequestContext, RequestInfo
from graph.identities import AmbiguousIdentity, Identity, IdentityKind, MergedProfile, UnknownIdentity
from graph.profile_ids import customer_of, profile_id

# A longer search would still be running when the request is given up.
PATIENCE_S = 3.0
_LIST = "audit"
_KEY = int, str


@dataclass(frozen=True, slots=True)
class AuditEdge:
    """A record with the cursor after which the list goes on."""

    cursor: str
    node: AuditRecord


@dataclass(frozen=True, slots=True)
class AuditConnection:
    """A page of the audit log, newest record first."""

    edges: tuple[AuditEdge, ...]
    nodes: tuple[AuditRecord, ...]
    page_info: PageInfo


classify(AuditedClass, {"name": plain})
classify(
    AuditRecord,
    dict.fromkeys(
        (
            "key", "request_id", "actor", "actor_kind", "scopes", "purpose", "operation", "kind", "document_sha256",
            "profile_ids", "outcome",
        ),
        plain,
    ),
)  # fmt: skip
classify(AuditEdge, {"cursor": plain})
expose(AuditedClass, Exposed({"name": "Class, such as `contact`.", "count": "How many values of it."}))
expose(
    AuditRecord,
    Exposed(
        {
            "key": "Key of the record: its file and line.",
            "at": "When the answer was ready.",
            "request_id": "Id of the request.",
            "actor": "Subject of the key or token.",
            "actor_kind": "By what the actor is known, such as `key`.",
            "scopes": "Scopes that the actor had.",
            "purpose": "Purpose that the actor gave for reading personal data.",
            "operation": "Name of the operation, where it has one.",
            "kind": "`query`, `mutation` or `subscription`; none where the document could not be used.",
            "document_sha256": "Hash of the document without its literals.",
            "profile_ids": "Ids of the profiles and of single customers that the answer showed, at most 200.",
            "profile_count": "How many these were.",
            "clear": "Personal data that was shown in clear, by class.",
            "masked": "Personal data that was shown masked, by class.",
            "outcome": "`OK`, or the code of the first error.",
            "duration_ms": "How long the answer took, in milliseconds.",
        },
        ids=("profile_ids",),
    ),
)
expose(AuditEdge, Exposed({"cursor": "Opaque cursor, for `after`.", "node": "The record."}))
expose(
    AuditConnection,
    Exposed(
        {
            "edges": "The records with their cursors.",
            "nodes": "The records alone.",
            "page_info": "Whether and where it goes on.",
        }
    ),
)

RequestAuditResult = Annotated[
    AuditConnection | AmbiguousIdentity | UnknownIdentity,
    strawberry.union("RequestAuditResult", description="Who looked at a person, or why it is not clear who is meant."),
]
LookedAt = Annotated[ProfileBy, strawberry.argument(description="Who was looked at. A deleted customer by its key.")]


@strawberry.type
class AuditQueries:
    """What can be asked about the audit log of the processes on this machine."""

    @strawberry.field(
        description="Who looked at a person, under whatever profile id. Needs the scope `admin` or `privacy:erase`."
    )
    async def request_audit(
        self, info: RequestInfo, by: LookedAt, first: First = DEFAULT_PAGE, after: After = None
    ) -> RequestAuditResult:
        """Raises ForbiddenError, InputError, GraphError, AuditError."""
        context = info.context
        if not context.viewer.may(Scope.PRIVACY_ERASE):
            context.viewer.require(Scope.ADMIN)
        identity = identity_of(by, context.country)
        ids = identity if isinstance(identity, UnknownIdentity) else await _profile_ids(context, identity)
        if isinstance(ids, UnknownIdentity | AmbiguousIdentity):
            return ids
        return await _page(context.audit.folder, Paging.of(_LIST, first, after, _KEY), ids)

    @strawberry.field(description="What was asked last, by whom. Needs the scope `admin`.")
    async def audit(self, info: RequestInfo, first: First = DEFAULT_PAGE, after: After = None) -> AuditConnection:
        """Raises ForbiddenError, InputError, AuditError."""
        info.context.viewer.require(Scope.ADMIN)
        return await _page(info.context.audit.folder, Paging.of(_LIST, first, after, _KEY), None)


async def _profile_ids(
    context: RequestContext, identity: Identity
) -> frozenset[str] | UnknownIdentity | AmbiguousIdentity:
    """Every id under which somebody may have been looked at; of who was deleted, the one that is left."""
    customer = identity.key if identity.kind is IdentityKind.CUSTOMER else customer_of(identity.key)
    if identity.kind in {IdentityKind.CUSTOMER, IdentityKind.PROFILE} and customer:
        context.seen.customer(customer)
        return await profile_ids_of(context.graph, customer)
    found = await found_profile(context, identity, await context.levels.confidence_of(None))
    if isinstance(found, UnknownIdentity | AmbiguousIdentity):
        return found
    profile = found.profile if isinstance(found, MergedProfile) else found
    context.seen.profile(profile.id)
    return frozenset(map(profile_id, profile.members))


async def _page(folder: Path, paging: Paging, profiles: frozenset[str] | None) -> AuditConnection:
    """A page of records, read in a thread: the files may be long."""
    wanted = Wanted(profiles, paging.position, PATIENCE_S)
    found = await asyncio.to_thread(lambda: list(islice(read_places(folder, wanted), paging.first + 1)))
    edges = tuple(AuditEdge(cursor_for(_LIST, place), record) for place, record in found[: paging.first])
    page_info = PageInfo(len(found) > paging.first, edges[-1].cursor if edges else None)
    return AuditConnection(edges, tuple(edge.node for edge in edges), page_info)
