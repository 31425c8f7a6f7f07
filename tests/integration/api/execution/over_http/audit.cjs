// The audits of graphql-http against one endpoint: node audit.cjs URL KEY, in the folder of its packages; prints JSON.
const { createRequire } = require("node:module");
const { auditServer } = createRequire(`${process.cwd()}/`)("graphql-http");

const [url, key] = process.argv.slice(2);
const fetchFn = (to, options = {}) => {
  const headers = new Headers(options.headers);
  headers.set("Authorization", `Bearer ${key}`);
  return fetch(to, { ...options, headers });
};

auditServer({ url, fetchFn }).then((results) => {
  const plain = results.map(({ id, name, status, reason }) => ({ id, name, status, reason }));
  console.log(JSON.stringify(plain));
});
