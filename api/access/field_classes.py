"""Field classes: what each field of a read model may tell of a person, and so who sees it as it is.

One table: type -> field -> rule. A test walks the schema and fails for a text or JSON field that stands in no row, so
that a new field has to be thought about.
"""

from collections.abc import Mapping

from api.access.field_rules import (
    FieldClass,
    Rule,
    by_kind,
    by_name,
    explained,
    fields_by_name,
    free,
    free_text,
    ids,
    key,
    kind_and_id,
    only_with,
    other_traits,
    others_by_name,
    page,
    plain,
    sentence,
    with_its_field,
)
from graph.evidence import ComparisonEvidence, LinkEvidence
from graph.identities import AmbiguousIdentity, MergedProfile, UnknownIdentity
from graph.journeys import JourneyInteraction, ProfileSession
from graph.profiles import Profile, ProfileConsent, ProfileDevice, ProfileIdentifier
from graph.recognition import Session
from graph.source_customers import SourceCustomer
from graph.survivorship import ProfileField, ProfileTrait, SourcedTrait, SourcedValue

_IDS_OF_PROFILES = only_with(FieldClass.PROFILE, "profile:read", plain)
_OF_PROFILE = only_with(FieldClass.PROFILE, "profile:read", key)
_OF_EVENTS = only_with(FieldClass.EVENTS, "events:read", key)
_OF_EXPLANATION = only_with(FieldClass.EXPLAIN, "identity:explain", key)

_SOURCED = {"source": plain, "customer": key}

QUIET: frozenset[Rule] = frozenset({plain, sentence, ids, _IDS_OF_PROFILES})
"""Rules whose types need no field ``masked``."""

FIELD_CLASSES: dict[type, Mapping[str, Rule]] = {
    Profile: {"id": _IDS_OF_PROFILES, "links": explained},
    ProfileField: {"name": plain, "value": by_name, "others": others_by_name, "group": plain, **_SOURCED},
    SourcedValue: {"value": with_its_field, **_SOURCED},
    ProfileTrait: {"name": plain, "value": free, "others": other_traits, **_SOURCED},
    SourcedTrait: {"value": with_its_field, **_SOURCED},
    ProfileIdentifier: {"kind": plain, "value": by_kind, "sources": plain},
    ProfileDevice: {"key": kind_and_id, "kind": plain},
    ProfileConsent: {
        **dict.fromkeys(("source", "purpose", "channel", "state", "basis"), plain),
        "key": key,
        "subject": kind_and_id,
        "evidence": free_text,
    },
    SourceCustomer: {
        "key": _OF_PROFILE,
        "source": plain,
        "external_id": key,
        "fields": fields_by_name,
        "attributes": free,
        "traits": free,
    },
    JourneyInteraction: {
        **dict.fromkeys(("source", "type", "name", "channel", "currency"), plain),
        "key": _OF_EVENTS,
        "owner": kind_and_id,
        "session": key,
        "properties": free,
    },
    Session: {
        "key": _OF_EVENTS,
        "source": plain,
        "channel": plain,
        "entry_page": page,
        "campaign": key,
        "device": kind_and_id,
    },
    ProfileSession: {"logged_in": key},
    LinkEvidence: {
        "left": _OF_EXPLANATION,
        "right": key,
        **dict.fromkeys(("method", "rule", "run_id", "model_version"), plain),
    },
    ComparisonEvidence: {"comparison": plain, "level": plain},
    MergedProfile: {"asked_id": plain},
    UnknownIdentity: {"reason": sentence},
    AmbiguousIdentity: {"reason": plain, "profile_ids": _IDS_OF_PROFILES},
}
