// Mounts GraphiQL on our endpoint, with the examples as tabs. `?query=` in the address opens another one before them.
const asked = new URLSearchParams(window.location.search);
const wanted = asked.has("query") ? [{ query: asked.get("query"), variables: asked.get("variables") ?? undefined }] : [];

// GraphiQL keeps the tabs of whoever was here before, and yet opens another one without variables, unless it is told
// what the open one says; of the first tab of all it forgets the variables.
function openTab(tabs) {
  const kept = JSON.parse(window.localStorage.getItem("graphiql:tabState") ?? "null");
  return wanted[0] ?? kept?.tabs[kept.activeTabIndex] ?? tabs[0];
}

async function show() {
  const examples = await (await fetch("graphiql/examples.json")).json();
  const tabs = [...wanted, ...examples];
  const open = openTab(tabs);
  ReactDOM.createRoot(document.getElementById("graphiql")).render(
    React.createElement(GraphiQL, {
      fetcher: GraphiQL.createFetcher({ url: "graphql", headers: keyHeaders() }),
      defaultTabs: tabs,
      query: open.query,
      variables: open.variables,
      shouldPersistHeaders: false,
    }),
  );
}

show();
