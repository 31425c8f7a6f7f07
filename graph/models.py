"""The stored vocabulary: each label, relationship type and property, declared once. ``graph.edge_models``: of edges.

Constraints and indexes are installed from these classes (``graph/constraints.py``), and a test holds every statement
in ``cypher/`` against them. Loads and reads do not go through neomodel objects: statements do that, in batches.
Times are UTC datetimes and end in ``_at``. Indexes that neomodel cannot declare are in ``graph/indexes.py``.
"""

from neomodel import (
    ArrayProperty,
    BooleanProperty,
    DateTimeNeo4jFormatProperty,
    FloatProperty,
    IntegerProperty,
    RelationshipFrom,
    RelationshipTo,
    StringProperty,
    StructuredNode,
)

from graph.edge_models import (
    AliasedRel,
    ComparedRel,
    DecidedRel,
    HasIdentifierRel,
    LoggedInRel,
    NotSameAsRel,
    SameAsRel,
    UsedRel,
    WasSameAsRel,
)


class Source(StructuredNode):
    """A system that sends data."""

    name = StringProperty(unique_index=True, help_text="short name, the first part of its customers' keys")
    kind = StringProperty(help_text="crm, call_centre, shop, web, app, email, ...")
    channel = StringProperty(help_text="channel of its interactions where a row names none")
    trust = IntegerProperty(help_text="priority when sources disagree, 0 to 100, higher wins")
    write_keys = ArrayProperty(StringProperty(), help_text="SHA-256 of the keys that its tracking calls may carry")
    open_names = ArrayProperty(StringProperty(), help_text="names that stand for a key in calls that carry none")
    own_user_ids = BooleanProperty(help_text="its user ids mean nothing in other sources")
    disabled_at = DateTimeNeo4jFormatProperty(help_text="since when its tracking calls are refused; none: they are not")


class ApiKey(StructuredNode):
    """Who may ask the API, and what they may see; the key itself is shown once and never stored."""

    name = StringProperty(unique_index=True, help_text="who asks with it; stands in logs, and is never given twice")
    hashes = ArrayProperty(StringProperty(), help_text="SHA-256 of the keys that are taken, oldest first")
    scopes = ArrayProperty(StringProperty(), help_text="what its holder may see and do, such as profile:read")
    created_at = DateTimeNeo4jFormatProperty(help_text="when it was made")
    expires_at = DateTimeNeo4jFormatProperty(help_text="from when on it is refused; none: it does not expire")
    last_used_at = DateTimeNeo4jFormatProperty(help_text="last use, to the hour")
    revoked_at = DateTimeNeo4jFormatProperty(help_text="since when it is refused; none: it is not")


class SourceCursor(StructuredNode):
    """How far one part of an input was read; written with the last batch of what was read."""

    key = StringProperty(unique_index=True, help_text="source:input:part")
    source = StringProperty(help_text="source that was read")
    input = StringProperty(help_text="mapping and place of the rows")
    part = StringProperty(help_text="file, partition or stream within the input")
    position = StringProperty(help_text="how far: a number or a text that only grows, such as an offset or a time")
    value = StringProperty(help_text="what the connector needs besides it to go on, as JSON text")
    at = DateTimeNeo4jFormatProperty(help_text="when it was written")
    run_id = StringProperty(help_text="run that wrote it")


class Identifier(StructuredNode):
    """A value that points at a customer; the key holds the match key, the edge the raw value."""

    key = StringProperty(unique_index=True, help_text="kind:match_key")
    kind = StringProperty(help_text="email, phone, user_id, loyalty_card, ...")
    value = StringProperty(help_text="normalised value, to contact")
    guard = StringProperty(help_text="why it says nothing of who somebody is: role, disposable, or shared by too many")


class Email(Identifier):
    """An email address."""


class HashedEmail(Identifier):
    """The hash of an email address: as a source sends it that has no other, and of every address for it to meet."""


class Phone(Identifier):
    """A telephone number."""


class UserId(Identifier):
    """An account that somebody logs in with."""


class CustomerNumber(Identifier):
    """A number by which one system quotes a customer of another, such as a CRM number given to the call centre."""


class LoyaltyCard(Identifier):
    """A loyalty card."""


class NationalId(Identifier):
    """A number that a state gives to one person."""


class AdvertisingId(Identifier):
    """An advertising id of a mobile operating system."""


class SocialHandle(Identifier):
    """An account name in a social network."""


class Hub(StructuredNode):
    """Label on an identifier or device that a role has, or too many customers share, to say who somebody is."""


class GuardsInUse(StructuredNode):
    """The guards of a process that wrote hub labels since all of them were looked at."""

    digest = StringProperty(unique_index=True, help_text="hash of their content")


class Device(StructuredNode):
    """A cookie, an app installation or another anonymous id of one machine."""

    key = StringProperty(unique_index=True, help_text="kind:id")
    kind = StringProperty(help_text="anonymous_id, cookie, app_installation, push_token")
    first_seen_at = DateTimeNeo4jFormatProperty(help_text="earliest session on the device")
    last_seen_at = DateTimeNeo4jFormatProperty(help_text="latest session on the device")


class Interaction(StructuredNode):
    """One thing that happened."""

    key = StringProperty(unique_index=True, help_text="source:message_id")
    source = StringProperty(help_text="source that sent it")
    type = StringProperty(help_text="track, page, screen, identify, group, alias, call, order, email, push or chat")
    name = StringProperty(help_text="what happened, in Segment's words: Order Completed, Call Started, ...")
    channel = StringProperty(help_text="web, app, email, call_centre, shop, ...")
    at = DateTimeNeo4jFormatProperty(help_text="when it happened")
    owner = StringProperty(help_text="key of the customer that it names, else of its device")
    session = StringProperty(help_text="key of its session")
    amount = FloatProperty(help_text="amount of money, in currency")
    currency = StringProperty(help_text="ISO 4217 code")
    properties = StringProperty(help_text="everything else that was sent, as JSON text")
    content_hash = StringProperty(help_text="hash of the content: tells a repetition from a conflicting message")
    run_id = StringProperty(help_text="run that wrote it")
    written_at = DateTimeNeo4jFormatProperty(
        help_text="when it was written, by the database's clock; none where the store was built by a bulk load"
    )


class ConsentFact(StructuredNode):
    """One statement about consent; of versions that a source sent under one id the one that took effect last."""

    key = StringProperty(unique_index=True, help_text="source:fact_id")
    source = StringProperty(help_text="source that sent it")
    purpose = StringProperty(help_text="what the data may be used for")
    channel = StringProperty(help_text="channel that it covers; none means every channel")
    state = StringProperty(help_text="granted, denied or withdrawn")
    basis = StringProperty(help_text="legal basis")
    effective_at = DateTimeNeo4jFormatProperty(help_text="from when it holds")
    recorded_at = DateTimeNeo4jFormatProperty(help_text="when the source recorded it")
    evidence = StringProperty(help_text="where the proof is: a form, a recording, a consent string")
    content_hash = StringProperty(help_text="hash of the content, with whom it was given for: tells versions apart")
    run_id = StringProperty(help_text="run that wrote it")

    of_customer = RelationshipTo("Customer", "STATED_FOR")
    of_identifier = RelationshipTo("Identifier", "STATED_FOR")
    of_device = RelationshipTo("Device", "STATED_FOR")


class Customer(StructuredNode):
    """What one source knows of one customer."""

    key = StringProperty(unique_index=True, help_text="source:external_id")
    source = StringProperty(index=True, help_text="source that knows the customer")
    external_id = StringProperty(help_text="id of the customer in its source")
    given_name = StringProperty(help_text="standardised given name")
    middle_name = StringProperty(help_text="standardised middle names")
    family_name = StringProperty(help_text="standardised family name")
    birth_date = StringProperty(help_text="ISO 8601 date")
    gender = StringProperty(help_text="female, male or other")
    street = StringProperty(help_text="street and house number")
    postcode = StringProperty(help_text="postal code, upper case without spaces at the ends")
    city = StringProperty(help_text="town or suburb")
    state = StringProperty(help_text="state, county or region")
    country = StringProperty(help_text="ISO 3166-1 alpha-2 code where it could be read as one")
    company = StringProperty(help_text="company that the customer stands for")
    attributes = StringProperty(help_text="further facts that are compared, as JSON text")
    traits = StringProperty(help_text="everything else that the source knows, as JSON text")
    created_at = DateTimeNeo4jFormatProperty(help_text="when the source first knew the customer")
    updated_at = DateTimeNeo4jFormatProperty(help_text="when the source last changed the record")
    observed_at = DateTimeNeo4jFormatProperty(help_text="age of this version: updated_at, else time of delivery")
    content_hash = StringProperty(help_text="hash of the content: an unchanged record is not written again")
    run_id = StringProperty(help_text="run that wrote this version")
    latest_facts = StringProperty(
        help_text="JSON object of what counts of each field: value and epoch milliseconds (see graph/latest_facts.py); "
        "only where messages each say a part of the record"
    )
    snapshots = ArrayProperty(
        StringProperty(), help_text="full snapshots that held the record when they were last loaded"
    )
    retired_at = DateTimeNeo4jFormatProperty(help_text="since when no snapshot holds the record; none while it counts")
    touched = IntegerProperty(help_text="counts what was written since; tells a resolution whether it read the latest")
    first_resolved_at = DateTimeNeo4jFormatProperty(help_text="when it was first resolved; before, it stood alone")
    prepared = StringProperty(help_text="what the last resolution compared of it, as JSON text")
    name_rank = IntegerProperty(help_text="the lowest of a profile names it; none: never resolved, or retired")
    blocking_parts = ArrayProperty(StringProperty(), help_text="part:value, from which candidates are looked up")
    counted = ArrayProperty(StringProperty(), help_text="kind|first day|last day|value, which guards count")

    email = RelationshipTo("Email", "HAS_EMAIL", model=HasIdentifierRel)
    phone = RelationshipTo("Phone", "HAS_PHONE", model=HasIdentifierRel)
    identifier = RelationshipTo("Identifier", "HAS_IDENTIFIER", model=HasIdentifierRel)
    hash = RelationshipTo("HashedEmail", "HAS_HASH")
    used = RelationshipTo("Device", "USED", model=UsedRel)
    did = RelationshipTo("Interaction", "DID")
    aliased = RelationshipTo("Customer", "ALIASED", model=AliasedRel)
    same_as = RelationshipTo("Customer", "SAME_AS", model=SameAsRel)
    compared = RelationshipTo("Customer", "COMPARED", model=ComparedRel)
    was_same_as = RelationshipTo("Customer", "WAS_SAME_AS", model=WasSameAsRel)
    not_same_as = RelationshipTo("Customer", "NOT_SAME_AS", model=NotSameAsRel)


class Session(StructuredNode):
    """One visit."""

    key = StringProperty(unique_index=True, help_text="source:session_id")
    source = StringProperty(help_text="source that saw the visit")
    channel = StringProperty(help_text="web or app")
    started_at = DateTimeNeo4jFormatProperty(help_text="earliest interaction")
    ended_at = DateTimeNeo4jFormatProperty(help_text="latest interaction")
    entry_page = StringProperty(help_text="page of the earliest interaction that has one")
    entry_page_at = DateTimeNeo4jFormatProperty(help_text="time of that interaction: keeps any order of arrival equal")
    campaign = StringProperty(help_text="campaign that the visit came from")
    cut_of = StringProperty(help_text="source|device where silence cuts the visit, because the source numbers none")

    on_device = RelationshipTo("Device", "ON_DEVICE")
    logged_in = RelationshipTo("Customer", "LOGGED_IN", model=LoggedInRel)
    interactions = RelationshipFrom("Interaction", "IN_SESSION")


class Decision(StructuredNode):
    """What a steward decided; append-only, outranks rules and the model until it is withdrawn."""

    key = StringProperty(unique_index=True, help_text="id of the decision")
    action = StringProperty(help_text="link, unlink, confirm, reject or split")
    actor = StringProperty(help_text="steward who decided")
    reason = StringProperty(help_text="why, in words")
    at = DateTimeNeo4jFormatProperty(index=True, help_text="when it was decided")
    withdrawn_at = DateTimeNeo4jFormatProperty(help_text="when it was withdrawn; none while it holds")
    withdrawn_by = StringProperty(help_text="steward who withdrew it")
    withdrawn_reason = StringProperty(help_text="why it was withdrawn")

    customers = RelationshipTo("Customer", "DECIDED", model=DecidedRel)


class IdentityEvent(StructuredNode):
    """One change of who is who at the default confidence; append-only, to be followed by time and key."""

    key = StringProperty(unique_index=True, help_text="run:number")
    kind = StringProperty(help_text="merged, split, linked or unlinked")
    at = DateTimeNeo4jFormatProperty(index=True, help_text="when it took effect")
    written_at = DateTimeNeo4jFormatProperty(help_text="when it was written, by the database's clock")
    cause = StringProperty(help_text="resolve, online, steward or delete")
    run_id = StringProperty(help_text="run that caused it")
    profiles_before = ArrayProperty(StringProperty(), help_text="profile ids that it began with")
    profiles_after = ArrayProperty(StringProperty(), help_text="profile ids that it ended with")

    customers = RelationshipTo("Customer", "CONCERNS")


class Unresolved(StructuredNode):
    """Label on a customer that was written, or whose surroundings changed, since it was last resolved."""


class ResolutionLock(StructuredNode):
    """Whoever writes links holds its one node for the time of a transaction."""

    name = StringProperty(unique_index=True, help_text="what is locked")
    at = DateTimeNeo4jFormatProperty(help_text="when it was last taken")


class UnfinishedRun(StructuredNode):
    """The mark of a run over everything, until all of it is written; one that was interrupted leaves it."""

    at = DateTimeNeo4jFormatProperty(help_text="nothing that the run wrote takes effect before")


class ScoringModel(StructuredNode):
    """One trained model: everything needed to score again and to read a link's evidence."""

    version = StringProperty(unique_index=True, help_text="hash of the parameters")
    created_at = DateTimeNeo4jFormatProperty(help_text="when it was trained")
    parameters = StringProperty(help_text="Splink's model as JSON text")
    calibration = StringProperty(help_text="JSON list of [cohesion, confidence], rising")
    level_names = ArrayProperty(StringProperty(), help_text="named levels of confidence")
    level_values = ArrayProperty(FloatProperty(), help_text="confidence of each named level")


class ScoringRun(StructuredNode):
    """One execution of a resolution."""

    run_id = StringProperty(unique_index=True, help_text="id of the run")
    model_version = StringProperty(help_text="model that scored")
    scope = StringProperty(help_text="full, incremental, online, steward or delete")
    settings = StringProperty(help_text="settings of the run as JSON text")
    started_at = DateTimeNeo4jFormatProperty(index=True, help_text="start")
    finished_at = DateTimeNeo4jFormatProperty(index=True, help_text="end; when what it found took effect")
    counts = StringProperty(help_text="customers, pairs, links, clusters and changes as JSON text")
    durations = StringProperty(help_text="seconds of each step as JSON text")
