"""Operations that several tests send."""

from typing import Any

from tests.integration.api.conftest import Ask

WHOLE = """
query ($by: ProfileBy!, $confidence: Confidence) {
  profile(by: $by, confidence: $confidence) {
    __typename
    ... on Profile {
      id confidence cut
      counts { customers identifiers devices links consents }
      fields { name value source customer observedAt chosenBy group others { value source customer } }
      traits { name value source chosenBy others { value source } }
      primaryEmail { value source chosenBy }
      primaryPhone { value source chosenBy }
      field(name: "city") { value }
      identifiers { kind value sources verified sharedByMany }
      devices { key kind logins sharedByMany }
      customers { key source externalId fields attributes traits createdAt }
      links { left right probability method evidence { comparison level matchWeight } validFrom }
      consents { purpose channel state subject }
      metrics {
        knownSince firstSeenAt lastSeenAt interactions sessions orders cut
        revenue { currency orders amount refunded } channels { channel interactions lastContactAt }
      }
      sessions { session { key startedAt } loggedIn }
      journey { nodes { key channel at properties } pageInfo { hasNextPage endCursor } }
    }
    ... on MergedProfile { askedId profile { id } }
    ... on AmbiguousIdentity { reason profileIds }
    ... on UnknownIdentity { reason }
  }
}
"""

SESSION = """
query ($id: ID!, $asOf: DateTime) {
  session(id: $id, asOf: $asOf) {
    __typename
    ... on KnownSession { visit { key channel } level reason confidence }
    ... on RecognisedSession { visitor { ...Known } }
    ... on ProbableSession { visitor { ...Known } }
    ... on AnonymousSession { activity { name } }
    ... on AuthenticatedSession { customer session { device } profile { counts { customers } } visitor { ...Known } }
    ... on UnknownIdentity { reason }
  }
}
fragment Known on Visitor {
  id
  consents { purpose channel state }
  activity { at channel name intent reason products amount currency }
}
"""

SEARCH = """
query ($text: String!, $first: Int! = 20, $confidence: Confidence, $asOf: DateTime) {
  search(text: $text, first: $first, confidence: $confidence, asOf: $asOf) {
    profile { id customers { key } }
    matches { customer matched closeness score }
  }
}
"""


async def profile_by(ask: Ask, confidence: Any = None, **by: Any) -> dict[str, Any]:
    body = await ask(WHOLE, by=by, confidence=confidence)
    assert "errors" not in body, body
    return body["data"]["profile"]


async def session_of(ask: Ask, key: str) -> dict[str, Any]:
    body = await ask(SESSION, id=key)
    assert "errors" not in body, body
    return body["data"]["session"]
