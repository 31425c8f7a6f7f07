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
  /** The operation asks for too much at once; the message names the limit. */
  | 'QUERY_TOO_COMPLEX'
  /** The answer took too long; ask for less. */
  | 'TIMEOUT'
  /** The request carries no key, or an unknown one. */
  | 'UNAUTHENTICATED'
  /** The database does not answer; try again. */
  | 'UNAVAILABLE';

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
