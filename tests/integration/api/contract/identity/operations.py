"""Operations that several tests send."""

from typing import Any

from tests.integration.api.conftest import Ask

FINDINGS = "findings { comparison level matchWeight termFrequencyWeight words }"
REASON = f"""
  reason {{
    link {{ left right probability matchWeight method rule cohesion confidence runId modelVersion validFrom validTo }}
    words {FINDINGS} decision {{ key action actor reason sides }} identifier {{ kind value masked }}
  }}
"""
STEP = f"place tried confidenceWithout isBridge {REASON}"
WHY = f"""
query ($left: ID!, $right: ID!, $confidence: Confidence) {{
  why(left: $left, right: $right, confidence: $confidence) {{
    __typename
    ... on WhyTogether {{ left right confidence members links {{ {STEP} }} bridges {{ place }} }}
    ... on NotTogether {{ code reason }}
    ... on UnknownCustomer {{ code reason }}
    ... on NothingResolved {{ code reason }}
  }}
}}
"""
SCORE = f"score {{ prior {FINDINGS} total probability }}"
WHY_NOT = f"""
query ($left: ID!, $right: ID!, $confidence: Confidence, $asOf: DateTime) {{
  whyNot(left: $left, right: $right, confidence: $confidence, asOf: $asOf) {{
    __typename
    ... on UnknownCustomer {{ code reason }}
    ... on NothingResolved {{ code reason }}
    ... on WhyApart {{
      left right confidence asOf
      because {{
        __typename
        ... on NotResolved {{ code words waiting notArrived }}
        ... on RejectedBySteward {{ code words pair decision {{ key actor reason at }} joins {{ key }} }}
        ... on Together {{ code words togetherAt }}
        ... on Vetoed {{ code words guard pair {SCORE} }}
        ... on ScoredTooLow {{ code words kept keepAbove togetherAt {SCORE} }}
        ... on NeverCompared {{ code words shared {{ parts most customers selects }} leftOnly rightOnly }}
        ... on HeldApart {{
          code words leftGroup rightGroup pairs scored meanWeight missingWeight cohesion needed togetherAt
          strongest {SCORE}
        }}
        ... on HeldApartThen {{
          code words leftGroup rightGroup links togetherAt
          strongestLink {{ link {{ left right matchWeight }} words findings {{ words }} }}
        }}
        ... on NotLinkedThen {{ code words leftGroup rightGroup }}
      }}
    }}
  }}
}}
"""
HOW = f"""
query ($by: ProfileBy!, $confidence: Confidence) {{
  how(by: $by, confidence: $confidence) {{
    __typename
    ... on HowBuilt {{
      customer confidence cut members steps {{ number leftGroup rightGroup cohesion confidence {REASON} }}
    }}
    ... on AmbiguousIdentity {{ profileIds }}
    ... on UnknownIdentity {{ reason }}
  }}
}}
"""
AS_OF = """
query ($customer: ID!, $at: DateTime!, $confidence: Confidence) {
  asOf(customer: $customer, at: $at, confidence: $confidence) {
    __typename
    ... on AsOf { customer at confidence modelVersion known members cut firstResolvedAt joinedSince leftSince }
    ... on UnknownCustomer { code reason }
  }
}
"""
PROFILE = """
query ($by: ProfileBy!, $confidence: Confidence, $asOf: DateTime) {
  profile(by: $by, confidence: $confidence, asOf: $asOf) {
    __typename
    ... on Profile { ...whole }
    ... on MergedProfile { askedId profile { ...whole } }
    ... on AmbiguousIdentity { profileIds }
    ... on UnknownIdentity { reason }
  }
}
fragment whole on Profile {
  id confidence asOf customers { key } links { left right probability method confidence validFrom }
  journey(first: 5) { nodes { key } }
}
"""
SESSION = """
query ($id: ID!, $asOf: DateTime) {
  session(id: $id, asOf: $asOf) {
    __typename
    ... on KnownSession { visit { key startedAt } level reason confidence asOf }
    ... on RecognisedSession { visitor { ...known } }
    ... on ProbableSession { visitor { ...known } }
    ... on AuthenticatedSession { customer visitor { ...known } profile { id asOf customers { key } } }
    ... on UnknownIdentity { reason }
  }
}
fragment known on Visitor { id consents { purpose state } activity { at name } }
"""
SEARCH = """
query ($text: String!, $asOf: DateTime) {
  search(text: $text, first: 50, asOf: $asOf) { profile { id confidence asOf customers { key } } }
}
"""


async def data(ask: Ask, query: str, **variables: Any) -> Any:
    """The one field of an answer without errors."""
    body = await ask(query, **variables)
    assert "errors" not in body, body
    (found,) = body["data"].values()
    return found
