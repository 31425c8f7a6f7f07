// Mounts GraphiQL on our endpoint, with the examples as tabs. `?query=` in the address opens another one before them.
const asked = new URLSearchParams(window.location.search);
const wanted = asked.has("query") ? [{ query: asked.get("query"), variables: asked.get("variables") ?? undefined }] : [];

async function show() {
  const examples = await (await fetch("graphiql/examples.json")).json();
  const tabs = [...wanted, ...examples];
  // GraphiQL remembers the tabs of whoever was here before; of the first tab of all it forgets the variables.
  const [open] = window.localStorage.getItem("graphiql:tabState") === null ? tabs : wanted;
  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      fetcher: GraphiQL.createFetcher({ url: "graphql", headers: keyHeaders() }),
      defaultTabs: tabs,
      query: open?.query,
      variables: open?.variables,
      shouldPersistHeaders: false,
    }),
  );
}

show();
