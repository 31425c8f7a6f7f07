/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** Why a pair is asked about. */
export type QuestionKind =
  /** A pair that is nearly a link. */
  | 'CLOSE_PAIR'
  /** A link that holds a cluster together, or would, is in doubt. */
  | 'DOUBTFUL_LINK'
  /** A guard acted against what the scores claim. */
  | 'GUARD'
  /** A likely pair whose groups were not joined as wholes. */
  | 'LIKELY_PAIR';

/** How surely a session is somebody's. */
export type RecognitionLevel =
  /** The customer logged in during the session. */
  | 'AUTHENTICATED'
  /** The customer was the last to log in on a device that others use as well. */
  | 'PROBABLE'
  /** The device was this customer's alone at that time. */
  | 'RECOGNISED'
  /** Nothing shows whose it is. */
  | 'UNKNOWN';

/** What a viewer may see or do. */
export type Scope =
  /** The operation of the platform. */
  | 'ADMIN'
  /** What people did: journeys and sessions. */
  | 'EVENTS_READ'
  /** Why records are one person: links and their evidence. */
  | 'IDENTITY_EXPLAIN'
  /** The schema, by introspection. */
  | 'INTROSPECT'
  /** Emails, telephone numbers and handles in clear; people give a purpose as well. */
  | 'PII_CONTACT'
  /** Names, birth dates and addresses in clear; people give a purpose as well. */
  | 'PII_DEMOGRAPHIC'
  /** Erasure of what is known of a person. */
  | 'PRIVACY_ERASE'
  /** Profiles: their fields, identifiers, devices, customers and consents. */
  | 'PROFILE_READ'
  /** Decisions about who is who. */
  | 'STEWARD';

export type AgentScreenQueryVariables = Exact<{
  phone: string;
  after?: string | null | undefined;
}>;


export type AgentScreenQuery = { readonly profile:
    | { readonly __typename: 'AmbiguousIdentity', readonly reason: string, readonly profileIds: ReadonlyArray<string> }
    | { readonly __typename: 'MergedProfile' }
    | { readonly __typename: 'Profile', readonly id: string, readonly confidence: number, readonly givenName: { readonly value: string } | null, readonly familyName: { readonly value: string } | null, readonly city: { readonly value: string } | null, readonly identifiers: ReadonlyArray<{ readonly kind: string, readonly value: string, readonly verified: boolean, readonly lastSeenAt: string, readonly sharedByMany: boolean }>, readonly consents: ReadonlyArray<{ readonly purpose: string, readonly channel: string | null, readonly state: string, readonly effectiveAt: string }>, readonly sessions: ReadonlyArray<{ readonly loggedIn: string | null, readonly session: { readonly startedAt: string, readonly channel: string | null, readonly entryPage: string | null } }>, readonly journey: { readonly nodes: ReadonlyArray<{ readonly key: string, readonly at: string, readonly channel: string | null, readonly name: string, readonly amount: number | null, readonly currency: string | null, readonly properties: unknown }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } }
    | { readonly __typename: 'UnknownIdentity', readonly reason: string }
   };

export type AskWhyQueryVariables = Exact<{
  left: string | number;
  right: string | number;
  confidence?: number | string | null | undefined;
}>;


export type AskWhyQuery = { readonly why:
    | { readonly __typename: 'NotTogether', readonly reason: string }
    | { readonly __typename: 'NothingResolved', readonly reason: string }
    | { readonly __typename: 'UnknownCustomer', readonly reason: string }
    | { readonly __typename: 'WhyTogether', readonly confidence: number, readonly members: number, readonly links: ReadonlyArray<{ readonly isBridge: boolean | null, readonly confidenceWithout: number | null, readonly reason: { readonly words: string, readonly findings: ReadonlyArray<{ readonly comparison: string, readonly level: string, readonly matchWeight: number }> } }> }
  , readonly whyNot:
    | { readonly __typename: 'NothingResolved' }
    | { readonly __typename: 'UnknownCustomer' }
    | { readonly __typename: 'WhyApart', readonly because:
        | { readonly __typename: 'HeldApart', readonly words: string, readonly togetherAt: number | null }
        | { readonly __typename: 'HeldApartThen' }
        | { readonly __typename: 'NeverCompared', readonly words: string }
        | { readonly __typename: 'NotLinkedThen' }
        | { readonly __typename: 'NotResolved', readonly words: string }
        | { readonly __typename: 'RejectedBySteward', readonly words: string }
        | { readonly __typename: 'ScoredTooLow', readonly words: string, readonly togetherAt: number | null }
        | { readonly __typename: 'Together', readonly words: string, readonly togetherAt: number | null }
        | { readonly __typename: 'Vetoed', readonly words: string }
       }
   };

export type ConfirmLinkMutationVariables = Exact<{
  left: string | number;
  right: string | number;
  reason: string;
  id?: string | null | undefined;
}>;


export type ConfirmLinkMutation = { readonly confirmLink:
    | { readonly __typename: 'Busy', readonly reason: string }
    | { readonly __typename: 'ConflictingDecision', readonly reason: string }
    | { readonly __typename: 'DecisionTaken', readonly decision: string, readonly profilesMerged: number, readonly profilesSplit: number, readonly profiles: ReadonlyArray<{ readonly id: string, readonly counts: { readonly customers: number } }> }
    | { readonly __typename: 'MaybeDone', readonly reason: string }
    | { readonly __typename: 'NothingResolved', readonly reason: string }
    | { readonly __typename: 'UnknownCustomer', readonly reason: string }
    | { readonly __typename: 'UnknownDecision' }
    | { readonly __typename: 'UnknownLink', readonly reason: string }
   };

export type IdentityAnalystQueryVariables = Exact<{
  customer: string;
  confidence?: number | string | null | undefined;
}>;


export type IdentityAnalystQuery = { readonly confidenceLevels: { readonly modelVersion: string | null, readonly default: number, readonly levels: ReadonlyArray<{ readonly name: string, readonly confidence: number }> }, readonly profile:
    | { readonly __typename: 'AmbiguousIdentity' }
    | { readonly __typename: 'MergedProfile' }
    | { readonly __typename: 'Profile', readonly id: string, readonly confidence: number, readonly cut: boolean, readonly counts: { readonly customers: number, readonly identifiers: number, readonly devices: number, readonly links: number }, readonly customers: ReadonlyArray<{ readonly key: string, readonly fields: unknown, readonly attributes: unknown, readonly createdAt: string | null, readonly updatedAt: string | null }>, readonly links: ReadonlyArray<{ readonly left: string, readonly right: string, readonly method: string, readonly rule: string | null, readonly probability: number, readonly matchWeight: number, readonly cohesion: number | null, readonly confidence: number | null, readonly evidence: ReadonlyArray<{ readonly comparison: string, readonly level: string, readonly matchWeight: number, readonly termFrequencyWeight: number }> }>, readonly fields: ReadonlyArray<{ readonly name: string, readonly value: string, readonly customer: string, readonly others: ReadonlyArray<{ readonly value: string, readonly customer: string }> }> }
    | { readonly __typename: 'UnknownIdentity', readonly reason: string }
   };

export type MarketerLookupQueryVariables = Exact<{
  text: string;
}>;


export type MarketerLookupQuery = { readonly search: ReadonlyArray<{ readonly matches: ReadonlyArray<{ readonly customer: string, readonly matched: string, readonly score: number }>, readonly profile: { readonly id: string, readonly givenName: { readonly value: string } | null, readonly familyName: { readonly value: string } | null, readonly city: { readonly value: string } | null, readonly counts: { readonly customers: number, readonly identifiers: number }, readonly consents: ReadonlyArray<{ readonly purpose: string, readonly channel: string | null, readonly state: string, readonly effectiveAt: string }>, readonly metrics: { readonly orders: number, readonly revenue: ReadonlyArray<{ readonly amount: number, readonly currency: string | null }>, readonly channels: ReadonlyArray<{ readonly channel: string | null, readonly lastContactAt: string }> } | null, readonly journey: { readonly nodes: ReadonlyArray<{ readonly at: string, readonly channel: string | null, readonly name: string }> } } }> };

export type MyDataQueryVariables = Exact<{
  customer: string;
  after?: string | null | undefined;
}>;


export type MyDataQuery = { readonly profile:
    | { readonly __typename: 'AmbiguousIdentity' }
    | { readonly __typename: 'MergedProfile' }
    | { readonly __typename: 'Profile', readonly id: string, readonly counts: { readonly customers: number, readonly identifiers: number, readonly devices: number, readonly consents: number }, readonly fields: ReadonlyArray<{ readonly name: string, readonly value: string, readonly source: string, readonly observedAt: string, readonly others: ReadonlyArray<{ readonly value: string, readonly source: string, readonly observedAt: string }> }>, readonly identifiers: ReadonlyArray<{ readonly kind: string, readonly value: string, readonly sources: ReadonlyArray<string>, readonly verified: boolean, readonly firstSeenAt: string, readonly lastSeenAt: string }>, readonly devices: ReadonlyArray<{ readonly key: string, readonly kind: string, readonly logins: number, readonly firstLoginAt: string, readonly lastLoginAt: string }>, readonly customers: ReadonlyArray<{ readonly source: string, readonly externalId: string, readonly fields: unknown, readonly attributes: unknown, readonly traits: unknown, readonly createdAt: string | null, readonly updatedAt: string | null }>, readonly consents: ReadonlyArray<{ readonly purpose: string, readonly channel: string | null, readonly state: string, readonly basis: string | null, readonly evidence: string | null, readonly source: string, readonly effectiveAt: string, readonly recordedAt: string }>, readonly sessions: ReadonlyArray<{ readonly session: { readonly startedAt: string, readonly endedAt: string, readonly channel: string | null, readonly entryPage: string | null, readonly campaign: string | null } }>, readonly journey: { readonly nodes: ReadonlyArray<{ readonly key: string, readonly at: string, readonly source: string, readonly channel: string | null, readonly name: string, readonly amount: number | null, readonly currency: string | null, readonly properties: unknown }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } }
    | { readonly __typename: 'UnknownIdentity', readonly reason: string }
   };

export type ProfileChangesSubscriptionVariables = Exact<{
  customer: string;
  after?: string | null | undefined;
}>;


export type ProfileChangesSubscription = { readonly profileChanges:
    | { readonly __typename: 'AmbiguousIdentity', readonly reason: string, readonly profileIds: ReadonlyArray<string> }
    | { readonly __typename: 'FollowingBegan', readonly cursor: string, readonly profileId: string }
    | { readonly __typename: 'IdentityChanged', readonly cursor: string, readonly profileId: string, readonly kind: string, readonly at: string }
    | { readonly __typename: 'InteractionWritten', readonly cursor: string, readonly interaction: { readonly at: string, readonly channel: string | null, readonly name: string, readonly properties: unknown } }
    | { readonly __typename: 'ProfileGone', readonly cursor: string, readonly formerId: string }
    | { readonly __typename: 'ProfileIdChanged', readonly cursor: string, readonly formerId: string, readonly profileId: string }
    | { readonly __typename: 'UnknownIdentity', readonly reason: string }
   };

export type RecommenderQueryVariables = Exact<{
  session: string | number;
  since?: string | null | undefined;
}>;


export type RecommenderQuery = { readonly session:
    | { readonly __typename: 'AnonymousSession', readonly level: RecognitionLevel, readonly reason: string, readonly visit: { readonly channel: string | null, readonly startedAt: string, readonly campaign: string | null }, readonly activity: ReadonlyArray<{ readonly at: string, readonly name: string | null, readonly products: ReadonlyArray<string> }> }
    | { readonly __typename: 'AuthenticatedSession', readonly level: RecognitionLevel, readonly reason: string, readonly visit: { readonly channel: string | null, readonly startedAt: string, readonly campaign: string | null }, readonly visitor: { readonly id: string, readonly consents: ReadonlyArray<{ readonly purpose: string, readonly channel: string | null, readonly state: string }>, readonly visits: ReadonlyArray<{ readonly at: string, readonly name: string | null, readonly products: ReadonlyArray<string> }>, readonly orders: ReadonlyArray<{ readonly at: string, readonly amount: number | null, readonly currency: string | null, readonly products: ReadonlyArray<string> }>, readonly calls: ReadonlyArray<{ readonly at: string, readonly intent: string | null, readonly reason: string | null }> } | null }
    | { readonly __typename: 'ProbableSession', readonly level: RecognitionLevel, readonly reason: string, readonly visit: { readonly channel: string | null, readonly startedAt: string, readonly campaign: string | null }, readonly visitor: { readonly id: string, readonly consents: ReadonlyArray<{ readonly purpose: string, readonly channel: string | null, readonly state: string }>, readonly visits: ReadonlyArray<{ readonly at: string, readonly name: string | null, readonly products: ReadonlyArray<string> }>, readonly orders: ReadonlyArray<{ readonly at: string, readonly amount: number | null, readonly currency: string | null, readonly products: ReadonlyArray<string> }>, readonly calls: ReadonlyArray<{ readonly at: string, readonly intent: string | null, readonly reason: string | null }> } | null }
    | { readonly __typename: 'RecognisedSession', readonly level: RecognitionLevel, readonly reason: string, readonly visit: { readonly channel: string | null, readonly startedAt: string, readonly campaign: string | null }, readonly visitor: { readonly id: string, readonly consents: ReadonlyArray<{ readonly purpose: string, readonly channel: string | null, readonly state: string }>, readonly visits: ReadonlyArray<{ readonly at: string, readonly name: string | null, readonly products: ReadonlyArray<string> }>, readonly orders: ReadonlyArray<{ readonly at: string, readonly amount: number | null, readonly currency: string | null, readonly products: ReadonlyArray<string> }>, readonly calls: ReadonlyArray<{ readonly at: string, readonly intent: string | null, readonly reason: string | null }> } | null }
    | { readonly __typename: 'UnknownIdentity', readonly reason: string }
   };

export type KnownFragment = { readonly id: string, readonly consents: ReadonlyArray<{ readonly purpose: string, readonly channel: string | null, readonly state: string }>, readonly visits: ReadonlyArray<{ readonly at: string, readonly name: string | null, readonly products: ReadonlyArray<string> }>, readonly orders: ReadonlyArray<{ readonly at: string, readonly amount: number | null, readonly currency: string | null, readonly products: ReadonlyArray<string> }>, readonly calls: ReadonlyArray<{ readonly at: string, readonly intent: string | null, readonly reason: string | null }> };

export type StewardQueueQueryVariables = Exact<{
  after?: string | null | undefined;
}>;


export type StewardQueueQuery = { readonly viewer: { readonly subject: string, readonly scopes: ReadonlyArray<Scope> }, readonly reviewQueue: { readonly nodes: ReadonlyArray<{ readonly left: string, readonly right: string, readonly kind: QuestionKind, readonly why: string, readonly probability: number, readonly confidence: number | null, readonly leftSize: number, readonly rightSize: number, readonly evidence: ReadonlyArray<{ readonly comparison: string, readonly level: string, readonly matchWeight: number }> }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}
export const KnownFragmentDoc = new TypedDocumentString(`
    fragment Known on Visitor {
  id
  consents {
    purpose
    channel
    state
  }
  visits: activity(first: 20, filter: {since: $since, channels: ["web", "app"]}) {
    at
    name
    products
  }
  orders: activity(first: 10, filter: {names: ["Order Completed"]}) {
    at
    amount
    currency
    products
  }
  calls: activity(first: 5, filter: {channels: ["call_centre"]}) {
    at
    intent
    reason
  }
}
    `, {"fragmentName":"Known"}) as unknown as TypedDocumentString<KnownFragment, unknown>;
export const AgentScreenDocument = new TypedDocumentString(`
    query AgentScreen($phone: String!, $after: String) {
  profile(by: {phone: $phone}) {
    __typename
    ... on Profile {
      id
      confidence
      givenName: field(name: "given_name") {
        value
      }
      familyName: field(name: "family_name") {
        value
      }
      city: field(name: "city") {
        value
      }
      identifiers(first: 20) {
        kind
        value
        verified
        lastSeenAt
        sharedByMany
      }
      consents(first: 50) {
        purpose
        channel
        state
        effectiveAt
      }
      sessions(first: 5) {
        session {
          startedAt
          channel
          entryPage
        }
        loggedIn
      }
      journey(first: 20, after: $after) {
        nodes {
          key
          at
          channel
          name
          amount
          currency
          properties
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
    ... on AmbiguousIdentity {
      reason
      profileIds
    }
    ... on UnknownIdentity {
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<AgentScreenQuery, AgentScreenQueryVariables>;
export const AskWhyDocument = new TypedDocumentString(`
    query AskWhy($left: ID!, $right: ID!, $confidence: Confidence) {
  why(left: $left, right: $right, confidence: $confidence) {
    __typename
    ... on WhyTogether {
      confidence
      members
      links {
        reason {
          words
          findings {
            comparison
            level
            matchWeight
          }
        }
        isBridge
        confidenceWithout
      }
    }
    ... on NotTogether {
      reason
    }
    ... on UnknownCustomer {
      reason
    }
    ... on NothingResolved {
      reason
    }
  }
  whyNot(left: $left, right: $right, confidence: $confidence) {
    __typename
    ... on WhyApart {
      because {
        __typename
        ... on NotResolved {
          words
        }
        ... on RejectedBySteward {
          words
        }
        ... on Together {
          words
          togetherAt
        }
        ... on Vetoed {
          words
        }
        ... on HeldApart {
          words
          togetherAt
        }
        ... on ScoredTooLow {
          words
          togetherAt
        }
        ... on NeverCompared {
          words
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<AskWhyQuery, AskWhyQueryVariables>;
export const ConfirmLinkDocument = new TypedDocumentString(`
    mutation ConfirmLink($left: ID!, $right: ID!, $reason: String!, $id: String) {
  confirmLink(
    input: {left: $left, right: $right, reason: $reason, clientMutationId: $id}
  ) {
    __typename
    ... on DecisionTaken {
      decision
      profilesMerged
      profilesSplit
      profiles {
        id
        counts {
          customers
        }
      }
    }
    ... on UnknownLink {
      reason
    }
    ... on UnknownCustomer {
      reason
    }
    ... on ConflictingDecision {
      reason
    }
    ... on NothingResolved {
      reason
    }
    ... on Busy {
      reason
    }
    ... on MaybeDone {
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<ConfirmLinkMutation, ConfirmLinkMutationVariables>;
export const IdentityAnalystDocument = new TypedDocumentString(`
    query IdentityAnalyst($customer: String!, $confidence: Confidence) {
  confidenceLevels {
    modelVersion
    default
    levels {
      name
      confidence
    }
  }
  profile(by: {customer: $customer}, confidence: $confidence) {
    __typename
    ... on Profile {
      id
      confidence
      cut
      counts {
        customers
        identifiers
        devices
        links
      }
      customers {
        key
        fields
        attributes
        createdAt
        updatedAt
      }
      links {
        left
        right
        method
        rule
        probability
        matchWeight
        cohesion
        confidence
        evidence {
          comparison
          level
          matchWeight
          termFrequencyWeight
        }
      }
      fields {
        name
        value
        customer
        others {
          value
          customer
        }
      }
    }
    ... on UnknownIdentity {
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<IdentityAnalystQuery, IdentityAnalystQueryVariables>;
export const MarketerLookupDocument = new TypedDocumentString(`
    query MarketerLookup($text: String!) {
  search(text: $text, first: 10) {
    matches {
      customer
      matched
      score
    }
    profile {
      id
      givenName: field(name: "given_name") {
        value
      }
      familyName: field(name: "family_name") {
        value
      }
      city: field(name: "city") {
        value
      }
      counts {
        customers
        identifiers
      }
      consents(first: 20) {
        purpose
        channel
        state
        effectiveAt
      }
      metrics {
        orders
        revenue {
          amount
          currency
        }
        channels {
          channel
          lastContactAt
        }
      }
      journey(first: 3) {
        nodes {
          at
          channel
          name
        }
      }
    }
  }
}
    `) as unknown as TypedDocumentString<MarketerLookupQuery, MarketerLookupQueryVariables>;
export const MyDataDocument = new TypedDocumentString(`
    query MyData($customer: String!, $after: String) {
  profile(by: {customer: $customer}, confidence: STRICT) {
    __typename
    ... on Profile {
      id
      counts {
        customers
        identifiers
        devices
        consents
      }
      fields {
        name
        value
        source
        observedAt
        others {
          value
          source
          observedAt
        }
      }
      identifiers {
        kind
        value
        sources
        verified
        firstSeenAt
        lastSeenAt
      }
      devices {
        key
        kind
        logins
        firstLoginAt
        lastLoginAt
      }
      customers {
        source
        externalId
        fields
        attributes
        traits
        createdAt
        updatedAt
      }
      consents {
        purpose
        channel
        state
        basis
        evidence
        source
        effectiveAt
        recordedAt
      }
      sessions(first: 20) {
        session {
          startedAt
          endedAt
          channel
          entryPage
          campaign
        }
      }
      journey(first: 50, after: $after) {
        nodes {
          key
          at
          source
          channel
          name
          amount
          currency
          properties
        }
        pageInfo {
          hasNextPage
          endCursor
        }
      }
    }
    ... on UnknownIdentity {
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<MyDataQuery, MyDataQueryVariables>;
export const ProfileChangesDocument = new TypedDocumentString(`
    subscription ProfileChanges($customer: String!, $after: String) {
  profileChanges(by: {customer: $customer}, after: $after) {
    __typename
    ... on FollowingBegan {
      cursor
      profileId
    }
    ... on InteractionWritten {
      cursor
      interaction {
        at
        channel
        name
        properties
      }
    }
    ... on IdentityChanged {
      cursor
      profileId
      kind
      at
    }
    ... on ProfileIdChanged {
      cursor
      formerId
      profileId
    }
    ... on ProfileGone {
      cursor
      formerId
    }
    ... on AmbiguousIdentity {
      reason
      profileIds
    }
    ... on UnknownIdentity {
      reason
    }
  }
}
    `) as unknown as TypedDocumentString<ProfileChangesSubscription, ProfileChangesSubscriptionVariables>;
export const RecommenderDocument = new TypedDocumentString(`
    query Recommender($session: ID!, $since: DateTime) {
  session(id: $session) {
    __typename
    ... on KnownSession {
      level
      reason
      visit {
        channel
        startedAt
        campaign
      }
    }
    ... on AuthenticatedSession {
      visitor {
        ...Known
      }
    }
    ... on RecognisedSession {
      visitor {
        ...Known
      }
    }
    ... on ProbableSession {
      visitor {
        ...Known
      }
    }
    ... on AnonymousSession {
      activity(first: 20) {
        at
        name
        products
      }
    }
    ... on UnknownIdentity {
      reason
    }
  }
}
    fragment Known on Visitor {
  id
  consents {
    purpose
    channel
    state
  }
  visits: activity(first: 20, filter: {since: $since, channels: ["web", "app"]}) {
    at
    name
    products
  }
  orders: activity(first: 10, filter: {names: ["Order Completed"]}) {
    at
    amount
    currency
    products
  }
  calls: activity(first: 5, filter: {channels: ["call_centre"]}) {
    at
    intent
    reason
  }
}`) as unknown as TypedDocumentString<RecommenderQuery, RecommenderQueryVariables>;
export const StewardQueueDocument = new TypedDocumentString(`
    query StewardQueue($after: String) {
  viewer {
    subject
    scopes
  }
  reviewQueue(first: 20, after: $after) {
    nodes {
      left
      right
      kind
      why
      probability
      confidence
      leftSize
      rightSize
      evidence {
        comparison
        level
        matchWeight
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
    `) as unknown as TypedDocumentString<StewardQueueQuery, StewardQueueQueryVariables>;