/** What decided which value won. */
export type ChosenBy =
  /** No record says otherwise. */
  | 'AGREED'
  /** Nothing told them apart, so the smaller customer key decided. */
  | 'KEY'
  /** It says more. */
  | 'MOST_COMPLETE'
  /** More records hold it. */
  | 'MOST_FREQUENT'
  /** It is the younger version. */
  | 'MOST_RECENT'
  /** Its source is the more trusted one. */
  | 'SOURCE_PRIORITY'
  /** Its source has proof. */
  | 'VERIFIED_FIRST';

/** How a text was found, closest first. */
export type Closeness =
  /** Every word as it was typed. */
  | 'EXACT'
  /** Some words with a letter or two wrong. */
  | 'FUZZY'
  /** Some words as beginnings. */
  | 'PREFIX'
  /** Names that sound alike. */
  | 'SOUND'
  /** Every word in another spelling or script. */
  | 'SPELLING';

/** The codes in `errors[].extensions.code`. */
export type ErrorCode =
  /** The HTTP request is not a GraphQL request; the status says why. */
  | 'BAD_REQUEST'
  /** An argument or a variable cannot be used; the message says what can. */
  | 'BAD_USER_INPUT'
  /** The viewer may not do this; the message names the scope that is missing. */
  | 'FORBIDDEN'
  /** The document is not GraphQL. */
  | 'GRAPHQL_PARSE_FAILED'
  /** The document does not fit the schema. */
  | 'GRAPHQL_VALIDATION_FAILED'
  /** Something failed here; quote the requestId. */
  | 'INTERNAL'
  /** Only trusted documents are answered here, and this is none of them. */
  | 'PERSISTED_QUERY_NOT_FOUND'
  /** The operation asks for too much at once; the message names the limit. */
  | 'QUERY_TOO_COMPLEX'
  /** The viewer asked for too much in a short time; `Retry-After` says when to ask again. */
  | 'RATE_LIMITED'
  /** The answer took too long; ask for less. */
  | 'TIMEOUT'
  /** The request carries no key or token, or one that counts no more. */
  | 'UNAUTHENTICATED'
  /** The database does not answer, there is too much to do, or this server lacks something; the message says whether to try again or what its operator has to do. */
  | 'UNAVAILABLE';

/** What is told of a person. */
export type FieldClass =
  /** Ways to reach somebody: masked. Shown with `pii:contact`. */
  | 'CONTACT'
  /** Names, birth date, address: masked. Shown with `pii:demographic`. What a source sent beside these (traits, properties) needs this and `pii:contact`. */
  | 'DEMOGRAPHIC'
  /** Journeys and sessions: they are empty. Shown with `events:read`. */
  | 'EVENTS'
  /** Links and evidence: there are none. Shown with `identity:explain`. */
  | 'EXPLAIN'
  /** Profiles as a whole: they answer as unknown ones. Shown with `profile:read`. */
  | 'PROFILE';

/** What became of profiles. */
export type IdentityChangeKind =
  /** New customers joined a profile. */
  | 'LINKED'
  /** Several profiles became one. */
  | 'MERGED'
  /** A profile has another id: another of its members is the first known now. */
  | 'RENAMED'
  /** One profile became several. */
  | 'SPLIT'
  /** Customers left a profile because they are gone. */
  | 'UNLINKED';

/** What came instead of what was asked for. */
export type OutcomeCode =
  /** Somebody else is writing; nothing was done. */
  | 'BUSY'
  /** Decisions in force say the opposite. */
  | 'CONFLICTING_DECISION'
  /** It took too long to wait for, and may have been done. */
  | 'MAYBE_DONE'
  /** There was no resolution yet. */
  | 'NOTHING_RESOLVED'
  /** The two are not one person at this confidence. */
  | 'NOT_TOGETHER'
  /** A customer that was named is not known. */
  | 'UNKNOWN_CUSTOMER'
  /** No decision of this key is in force. */
  | 'UNKNOWN_DECISION'
  /** The pair was never compared. */
  | 'UNKNOWN_LINK';

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

/** What two profiles have in common. */
export type RelationKind =
  /** One family name and one address. */
  | 'SAME_ADDRESS'
  /** An email address that few others have. */
  | 'SHARED_EMAIL'
  /** A telephone number that few others have. */
  | 'SHARED_PHONE';

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

/** What somebody should look at. */
export type SourceFinding =
  /** Its last day had less than half of the usual rows. */
  | 'FEW_ROWS'
  /** Its last run was left out. */
  | 'LEFT_OUT'
  /** Its last day had more than twice the usual rows. */
  | 'MANY_ROWS'
  /** It never loaded anything. */
  | 'NEVER_LOADED'
  /** It brought nothing new for three times its usual gap. */
  | 'SILENT';

/** What a timeline can hold. */
export type TimelineKind =
  /** What became known of who is who. */
  | 'IDENTITY_CHANGE'
  /** What happened on a channel. */
  | 'INTERACTION';

/** By what somebody is known. */
export type ViewerKind =
  /** A service, by its key. */
  | 'KEY'
  /** A person, by a token of the identity provider. */
  | 'PERSON';

/** Why two customers are not one person. */
export type WhyNotCode =
  /** Their groups as wholes are not near enough. */
  | 'HELD_APART'
  /** No blocking rule selected the pair. */
  | 'NEVER_COMPARED'
  /** Nothing linked them at the time asked for. */
  | 'NOT_LINKED'
  /** They wait for a resolution. */
  | 'NOT_RESOLVED'
  /** A decision of a steward parts them. */
  | 'REJECTED_BY_STEWARD'
  /** More speaks against one person than for it. */
  | 'SCORED_TOO_LOW'
  /** They are one person after all. */
  | 'TOGETHER'
  /** A guard holds them apart. */
  | 'VETOED';
