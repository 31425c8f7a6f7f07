"""Types of the schema: the read models of the graph, each field in a client's words."""

from typing import Annotated

import strawberry

from api.access.field_rules import plain
from api.access.masking import classify
from api.contract.exposure import Exposed, expose, expose_choice
from api.contract.journeys import PROFILE_JOURNEY, PROFILE_SESSIONS
from api.contract.levels import ConfidenceLevel, ConfidenceLevels
from api.contract.metrics import PROFILE_METRICS
from api.contract.profile_parts import PROFILE_PARTS, ProfileCounts
from api.contract.relations import PROFILE_RELATIONS
from api.contract.timelines import PROFILE_TIMELINE
from graph.contests import ChosenBy
from graph.evidence import ComparisonEvidence, LinkEvidence
from graph.identities import AmbiguousIdentity, MergedProfile, UnknownIdentity
from graph.journeys import JourneyInteraction, ProfileSession
from graph.profiles import Profile, ProfileConsent, ProfileDevice, ProfileIdentifier
from graph.source_customers import SourceCustomer
from graph.survivorship import ProfileField, ProfileTrait, SourcedTrait, SourcedValue

_CUSTOMER_KEY = "Key of the customer, `source:external id`."

expose_choice(
    ChosenBy,
    {
        ChosenBy.SOURCE_PRIORITY: "Its source is the more trusted one.",
        ChosenBy.MOST_RECENT: "It is the younger version.",
        ChosenBy.MOST_FREQUENT: "More records hold it.",
        ChosenBy.MOST_COMPLETE: "It says more.",
        ChosenBy.VERIFIED_FIRST: "Its source has proof.",
        ChosenBy.AGREED: "No record says otherwise.",
        ChosenBy.KEY: "Nothing told them apart, so the smaller customer key decided.",
    },
)
expose(
    SourcedValue,
    Exposed(
        {
            "value": "The value.",
            "source": "Source that holds it.",
            "customer": _CUSTOMER_KEY,
            "observed_at": "Age of the version that holds it.",
        }
    ),
)
expose(
    ProfileField,
    Exposed(
        {
            "name": "Name of the field, such as `given_name`, `birth_date` or `city`.",
            "value": "The value that won.",
            "source": "Source of the value that won.",
            "customer": "Key of the customer that holds the value that won.",
            "observed_at": "Age of the version that holds the value that won.",
            "others": "Values that lost, best first; none where all sources agree.",
            "chosen_by": "What decided.",
            "group": "Group of fields that come from one record together, such as `address`.",
        }
    ),
)
expose(
    SourcedTrait,
    Exposed(
        {
            "value": "The value, as the source sent it.",
            "source": "Source that holds it.",
            "customer": _CUSTOMER_KEY,
            "observed_at": "Age of the version that holds it.",
        }
    ),
)
expose(
    ProfileTrait,
    Exposed(
        {
            "name": "Name of the trait, as the source calls it.",
            "value": "The value that won, as its source sent it.",
            "source": "Source of the value that won.",
            "customer": "Key of the customer that holds the value that won.",
            "observed_at": "Age of the version that holds the value that won.",
            "others": "Values that lost, best first; none where all sources agree.",
            "chosen_by": "What decided.",
        }
    ),
)
expose(
    SourceCustomer,
    Exposed(
        {
            "key": _CUSTOMER_KEY,
            "source": "Source of the record.",
            "external_id": "Id of the customer in its source.",
            "fields": "Person fields by name, standardised.",
            "attributes": "Further facts that are compared, by name.",
            "traits": "Everything else the source sent, by name.",
            "created_at": "When the source first knew the customer, where it says so.",
            "updated_at": "When the source changed the customer last, where it says so.",
            "observed_at": "Age of this version: when the source changed it, else when it was delivered.",
            "trust": "How far its source is trusted where sources disagree, 0 to 100.",
            "verified": "It has an identifier that its source has proof of.",
        }
    ),
)
expose(
    ProfileIdentifier,
    Exposed(
        {
            "kind": "Kind, such as `email`, `phone` or `customer_number`.",
            "value": "The value, as it is used to contact.",
            "sources": "Sources that reported it.",
            "verified": "A source proved that it belongs to the customer.",
            "first_seen_at": "When a source reported it first.",
            "last_seen_at": "When a source reported it last.",
            "shared_by_many": "Too many customers have it for it to say who somebody is.",
        }
    ),
)
expose(
    ProfileDevice,
    Exposed(
        {
            "key": "Key of the device, `kind:id`.",
            "kind": "Kind, such as `anonymous_id`, `cookie` or `app_installation`.",
            "logins": "Sessions in which somebody of the profile logged in on it.",
            "first_login_at": "First login of somebody of the profile.",
            "last_login_at": "Last login of somebody of the profile.",
            "shared_by_many": "Too many customers use it for it to say who somebody is.",
        }
    ),
)
expose(
    ProfileConsent,
    Exposed(
        {
            "key": "Key of the fact, `source:fact id`.",
            "source": "Source that recorded it.",
            "subject": "Key of the customer, identifier or device that it was stated for.",
            "purpose": "What it allows or forbids.",
            "channel": "Channel that it is about; none where it is about all.",
            "state": "`granted`, `denied` or `withdrawn`.",
            "basis": "Legal basis, where the source names one.",
            "evidence": "How it was given, where the source says so.",
            "effective_at": "From when it holds.",
            "recorded_at": "When the source recorded it.",
        }
    ),
)
expose(
    ComparisonEvidence,
    Exposed(
        {
            "comparison": "What was compared.",
            "level": "What was found.",
            "match_weight": "Weight of the finding, in log2 odds.",
            "term_frequency_weight": "What the rarity of the value adds, in log2 odds.",
        }
    ),
)
expose(
    LinkEvidence,
    Exposed(
        {
            "left": "Key of the one customer, the smaller of both.",
            "right": "Key of the other customer.",
            "probability": "Probability that both are one person, from 0 to 1; 1 where a rule or a steward claims it.",
            "match_weight": "What the model gives the pair, in log2 odds, whoever claims the link; 0 without "
            "`evidence`, where it was never scored.",
            "method": "Who claims it: `splink`, `rule` or `steward`.",
            "rule": "Name of the rule, where a rule claims it.",
            "evidence": "What each comparison says; the weights and the prior add up to the match weight.",
            "cohesion": "How strongly the groups joined by this link hold together; none where it joins no groups.",
            "confidence": "Highest confidence at which this link joins; none where it joins no groups.",
            "run_id": "Run that wrote it; where it holds no longer, the run that ended it.",
            "model_version": "Model that scored it.",
            "valid_from": "Since when it holds.",
            "valid_to": "Until when it held; none while it does.",
        }
    ),
)
expose(
    ProfileCounts,
    Exposed(
        {
            "customers": "Number of source customers.",
            "identifiers": "Number of identifiers.",
            "devices": "Number of devices.",
            "links": "Number of links.",
            "consents": "Number of consent facts.",
        }
    ),
)
expose(
    Profile,
    Exposed(
        {
            "id": "Opaque id. Every id ever given out keeps leading to the profile that now holds its customer.",
            "confidence": "Confidence at which the profile was computed.",
            "cut": "The profile has more customers than are read (1,000).",
            "fields": "Unified fields, each with the value that won and the values that lost.",
            "primary_email": "The email address to contact the person with; none where there is none of their own.",
            "primary_phone": "The telephone number to contact the person with; none where there is none of their own.",
            "identifiers": "Identifiers.",
            "devices": "Devices.",
            "customers": "Source customers.",
            "links": "Links.",
            "consents": "Consent facts.",
            "as_of": "The past moment whose customers and links these are; none: now.",
        },
        words="The unified view of the customers that belong together at a confidence, computed when it is asked for.",
        ids=("id",),
        resolved=(
            *PROFILE_PARTS,
            PROFILE_SESSIONS,
            PROFILE_JOURNEY,
            PROFILE_TIMELINE,
            PROFILE_METRICS,
            PROFILE_RELATIONS,
        ),
    ),
)
expose(
    JourneyInteraction,
    Exposed(
        {
            "key": "Key of the interaction, `source:message id`.",
            "source": "Source that recorded it.",
            "type": "Type: `track`, `page`, `screen` or `identify`.",
            "name": "What happened, such as `Call Started` or `Order Completed`.",
            "channel": "Channel, such as `web`, `call_centre` or `email`.",
            "at": "When it happened.",
            "owner": "Key of the customer or device through which it belongs to the journey.",
            "session": "Key of its session, where it has one.",
            "amount": "Amount of money, where there is one.",
            "currency": "Currency of the amount.",
            "properties": "Everything else the source sent, by name.",
        }
    ),
)
expose(
    ProfileSession,
    Exposed({"session": "The session.", "logged_in": "Key of the customer that logged in; none without a login."}),
)
expose(
    MergedProfile,
    Exposed(
        {"asked_id": "The id that was asked for.", "profile": "The profile that now holds its customer."},
        ids=("asked_id",),
    ),
)
expose(UnknownIdentity, Exposed({"reason": "Why nobody is known by it, in words."}))
expose(
    AmbiguousIdentity,
    Exposed(
        {"reason": "Why it means several people, in words.", "profile_ids": "Ids of the profiles, at most 50."},
        words="Several people are known by this.",
        ids=("profile_ids",),
    ),
)
classify(ConfidenceLevel, {"name": plain})
classify(ConfidenceLevels, {"model_version": plain})
expose(
    ConfidenceLevel,
    Exposed({"name": "Name, as it can be asked for.", "confidence": "Confidence from 0 to 1 that it means."}),
)
expose(
    ConfidenceLevels,
    Exposed(
        {
            "model_version": "Version of the model; none before the first resolution.",
            "default": "Confidence where none is asked for.",
            "levels": "The levels, highest first.",
        }
    ),
)

ProfileResult = Annotated[
    Profile | MergedProfile | AmbiguousIdentity | UnknownIdentity,
    strawberry.union("ProfileResult", description="The profile that was asked for, or why there is not one."),
]
