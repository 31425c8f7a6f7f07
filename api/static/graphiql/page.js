// Mounts GraphiQL on our endpoint, with queries to begin with. `?query=` in the address opens another one.
const FIRST_QUERIES = `# Everything here is read-only. Ctrl-Enter runs the query under the cursor.

query Levels {
  confidenceLevels {
    modelVersion
    default
    levels { name confidence }
  }
}

# One unified profile by anything that points at it, with the newest of its journey.
query Profile($email: String!) {
  profile(by: { email: $email }) {
    __typename
    ... on Profile {
      id
      confidence
      fields { name value source others { value source } }
      identifiers { kind value sources }
      customers { key source }
      links { left right probability method rule evidence { comparison level matchWeight } }
      journey(first: 20) {
        nodes { at channel type name properties }
        pageInfo { hasNextPage endCursor }
      }
    }
    ... on MergedProfile { askedId profile { id } }
    ... on AmbiguousIdentity { reason profileIds }
    ... on UnknownIdentity { reason }
  }
}

# Whose a session is, and why.
query Session($session: ID!) {
  session(id: $session) {
    ... on RecognisedSession {
      session { startedAt channel entryPage device }
      recognition { level reason customer }
      profile { id fields { name value } }
    }
    ... on UnknownIdentity { reason }
  }
}

query Search($text: String!) {
  search(text: $text) {
    profile { id fields { name value } }
    matches { customer matched }
  }
}
`;

const asked = new URLSearchParams(window.location.search);

ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {
    fetcher: GraphiQL.createFetcher({ url: "graphql", headers: keyHeaders() }),
    defaultQuery: FIRST_QUERIES,
    query: asked.get("query") ?? undefined,
    variables: asked.get("variables") ?? undefined,
    shouldPersistHeaders: false,
  }),
);
