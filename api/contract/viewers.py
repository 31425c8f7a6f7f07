"""The viewer: who asks, as the API knows them, and what is hidden from them."""

import strawberry

from api.access.field_rules import FieldClass, plain
from api.access.masking import classify, hidden_from
from api.access.viewer import Scope, Viewer, ViewerKind
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.profile_parts import resolved_by
from api.execution.context import RequestInfo

expose_choice(
    Scope,
    {
        Scope.PROFILE_READ: "Profiles: their fields, identifiers, devices, customers and consents.",
        Scope.EVENTS_READ: "What people did: journeys and sessions.",
        Scope.IDENTITY_EXPLAIN: "Why records are one person: links and their evidence.",
        Scope.PII_CONTACT: "Emails, telephone numbers and handles in clear; people give a purpose as well.",
        Scope.PII_DEMOGRAPHIC: "Names, birth dates and addresses in clear; people give a purpose as well.",
        Scope.STEWARD: "Decisions about who is who.",
        Scope.PRIVACY_ERASE: "Erasure of what is known of a person.",
        Scope.INTROSPECT: "The schema, by introspection.",
        Scope.ADMIN: "The operation of the platform.",
    },
)
expose_choice(
    ViewerKind,
    {ViewerKind.KEY: "A service, by its key.", ViewerKind.PERSON: "A person, by a token of the identity provider."},
)
expose_choice(
    FieldClass,
    {
        FieldClass.PROFILE: "Profiles as a whole: they answer as unknown ones. Shown with `profile:read`.",
        FieldClass.EVENTS: "Journeys and sessions: they are empty. Shown with `events:read`.",
        FieldClass.EXPLAIN: "Links and evidence: there are none. Shown with `identity:explain`.",
        FieldClass.CONTACT: "Ways to reach somebody: masked. Shown with `pii:contact`.",
        FieldClass.DEMOGRAPHIC: "Names, birth date, address: masked. Shown with `pii:demographic`. What a source sent "
        "beside these (traits, properties) needs this and `pii:contact`.",
    },
)


def scopes(viewer: strawberry.Parent[Viewer]) -> list[Scope]:
    """What the viewer may see and do."""
    return sorted(viewer.scopes)


def hidden(viewer: strawberry.Parent[Viewer]) -> list[FieldClass]:
    """Classes of what is stored that the viewer does not see, or sees masked."""
    return sorted(hidden_from(viewer))


classify(Viewer, {"subject": plain, "purpose": plain})
expose(
    Viewer,
    Exposed(
        {
            "subject": "Name of the key, or the identity provider's id of the person.",
            "kind": "By what the viewer is known.",
            "scopes": "What the viewer may see and do.",
            "purpose": "Why personal data is read in clear, as the header `X-Purpose` said.",
            "expires_at": "From when on the key or token counts no more.",
        },
        resolved=(resolved_by(scopes), resolved_by(hidden)),
    ),
)


@strawberry.type
class ViewerQueries:
    """Who asks."""

    @strawberry.field(description="Who asks, and what they see.")
    def viewer(self, info: RequestInfo) -> Viewer:
        """Known from the key or token of the request."""
        return info.context.viewer
