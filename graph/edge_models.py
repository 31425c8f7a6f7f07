"""The stored vocabulary of edges: what relationships carry. See ``graph.models`` for the nodes."""

from neomodel import (
    BooleanProperty,
    DateTimeNeo4jFormatProperty,
    FloatProperty,
    IntegerProperty,
    StringProperty,
    StructuredRel,
)


class HasIdentifierRel(StructuredRel):
    """HAS_EMAIL, HAS_PHONE, HAS_IDENTIFIER: a source says that this value points at this customer."""

    raw = StringProperty(help_text="the value as the source sent it")
    first_seen_at = DateTimeNeo4jFormatProperty(help_text="earliest time at which the source reported it")
    last_seen_at = DateTimeNeo4jFormatProperty(help_text="latest time at which the source reported it")
    verified = BooleanProperty(help_text="the source has proof, such as a double opt-in")


class UsedRel(StructuredRel):
    """USED: a device belongs to somebody for a time; derived from the logins on it."""

    first_login_at = DateTimeNeo4jFormatProperty(help_text="earliest login of the customer on the device")
    last_login_at = DateTimeNeo4jFormatProperty(help_text="latest login of the customer on the device")
    logins = IntegerProperty(help_text="sessions on the device in which the customer logged in")


class LoggedInRel(StructuredRel):
    """LOGGED_IN: proof that this session was this customer, on one of its devices."""

    at = DateTimeNeo4jFormatProperty(help_text="earliest moment of the session at which it named the customer")
    last_at = DateTimeNeo4jFormatProperty(help_text="latest such moment")
    device = StringProperty(help_text="key of the device on which it did, or none; an edge for each")


class AliasedRel(StructuredRel):
    """ALIASED: a source says that it knew the customer under another user id before."""

    at = DateTimeNeo4jFormatProperty(help_text="earliest moment at which the source said so")


class ClaimRel(StructuredRel):
    """What links and compared pairs have in common."""

    key = StringProperty(unique_index=True, help_text="both customer keys, the smaller first, joined by ' ~ '")
    probability = FloatProperty(help_text="probability that both customers are one person, 0 to 1")
    match_weight = FloatProperty(help_text="score of the pair, log2 odds; 0 without evidence: never scored")
    evidence = StringProperty(help_text="JSON list of [comparison, level, log2 weight, log2 frequency weight]")
    guard = StringProperty(help_text="guard that held the pair back or apart, by its name in the guards file")
    run_id = StringProperty(help_text="run that wrote the edge")
    model_version = StringProperty(help_text="scoring model that gave probability and evidence")


class SameAsRel(ClaimRel):
    """SAME_AS: a live link, from the smaller key to the larger."""

    method = StringProperty(help_text="who claims it: splink, rule or steward")
    rule = StringProperty(help_text="name of the rule where the method is rule")
    valid_from = DateTimeNeo4jFormatProperty(help_text="since when it has this confidence; before: WAS_SAME_AS")
    cohesion = FloatProperty(help_text="height at which it joined two groups (mean match weight); only in the forest")
    confidence = FloatProperty(help_text="cohesion as a probability, 0 to 1; only on links of the forest")


class ComparedRel(ClaimRel):
    """COMPARED: a scored pair that is more likely two people; evidence against, never traversed for identity."""


class WasSameAsRel(StructuredRel):
    """WAS_SAME_AS: a retired link; history, never traversed for identity."""

    probability = FloatProperty(help_text="probability that the link had")
    match_weight = FloatProperty(help_text="match weight that the link had, log2 odds")
    method = StringProperty(help_text="who had claimed it: splink, rule or steward")
    rule = StringProperty(help_text="name of the rule where the method was rule")
    evidence = StringProperty(help_text="evidence that the link had")
    run_id = StringProperty(help_text="run that retired the link")
    model_version = StringProperty(help_text="scoring model that had given the link")
    cohesion = FloatProperty(help_text="cohesion that the link had")
    confidence = FloatProperty(help_text="confidence that the link had")
    valid_from = DateTimeNeo4jFormatProperty(help_text="since when the link had this confidence")
    valid_to = DateTimeNeo4jFormatProperty(help_text="until when, exclusive")
    reason = StringProperty(help_text="why it ended: the evidence is gone, or another confidence")


class DecidedRel(StructuredRel):
    """DECIDED: a customer that a decision is about."""

    side = IntegerProperty(
        help_text="customers of one side of a link are one person, those of two sides of another two"
    )


class NotSameAsRel(StructuredRel):
    """NOT_SAME_AS: a steward's or a rule's decision that two customers are two people."""

    method = StringProperty(help_text="who decided: rule or steward")
    rule = StringProperty(help_text="name of the rule where the method is rule")
    reason = StringProperty(help_text="why, in words")
    actor = StringProperty(help_text="steward who decided")
    run_id = StringProperty(help_text="run that wrote the edge")
    valid_from = DateTimeNeo4jFormatProperty(help_text="when it was decided")
