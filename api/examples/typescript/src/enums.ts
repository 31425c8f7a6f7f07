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
  /** The database does not answer, or there is too much to do; try again. */
  | 'UNAVAILABLE';

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

/** Why two customers are not one person. */
export type WhyNotCode =
  /** Their groups as wholes are not near enough. */
  | 'HELD_APART'
  /** No blocking rule selected the pair. */
  | 'NEVER_COMPARED'
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
