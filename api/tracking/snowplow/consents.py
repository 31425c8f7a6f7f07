"""Consents that Snowplow's trackers tell of: the preferences of its web plugin, and the plain events of its apps.

Sources: the schemas ``consent_preferences``, ``consent_granted``, ``consent_withdrawn`` and ``consent_document`` of
Iglu Central. What was not said grants nothing: an implied or a pending consent is kept as an event alone, and a denial
counts for every scope that comes with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from api.tracking.messages import Consent, ConsentState
from api.tracking.reading.fields import text_of
from api.tracking.snowplow.self_describing import SelfDescribing, event_of

_PREFERENCES, _DOCUMENT = "consent_preferences", "consent_document"
_DECIDED: Mapping[str, ConsentState] = {
    "allow_all": ConsentState.GRANTED,
    "allow_selected": ConsentState.GRANTED,
    "deny_all": ConsentState.DENIED,
    "withdrawn": ConsentState.WITHDRAWN,
    "expired": ConsentState.WITHDRAWN,
}
_PLAIN: Mapping[str, ConsentState] = {
    "consent_granted": ConsentState.GRANTED,
    "consent_withdrawn": ConsentState.WITHDRAWN,
}


def consents_of(raw: Mapping[str, Any], entities: Iterable[SelfDescribing]) -> tuple[Consent, ...]:
    """What an event says about consent; each is a decision. Raises RefusedError."""
    if text_of(raw, "e") != "ue":
        return ()
    event = event_of(raw)
    if event.name == _PREFERENCES:
        return tuple(_preferences(event))
    if event.name in _PLAIN:
        return tuple(_documents(event, entities))
    return ()


def _preferences(event: SelfDescribing) -> Iterator[Consent]:
    action = text_of(event.data, "eventType") or ""
    state, scopes = _DECIDED.get(action), event.data.get("consentScopes")
    if state is None or not isinstance(scopes, list):
        return
    basis, version = text_of(event.data, "basisForProcessing"), text_of(event.data, "consentVersion")
    evidence = f"{event.name}: {action}" + (f", version {version}" if version else "")
    for scope in dict.fromkeys(scope.strip() for scope in scopes if isinstance(scope, str)):
        if scope:
            yield Consent(scope, state, evidence, basis, is_decision=True)


def _documents(event: SelfDescribing, entities: Iterable[SelfDescribing]) -> Iterator[Consent]:
    """The purpose of an app's consent is the document that it is about."""
    for document in entities:
        purpose = text_of(document.data, "name") or text_of(document.data, "id")
        if document.name == _DOCUMENT and purpose:
            version = text_of(document.data, "version")
            evidence = event.name + (f", version {version}" if version else "")
            yield Consent(purpose, _PLAIN[event.name], evidence, is_decision=True)
