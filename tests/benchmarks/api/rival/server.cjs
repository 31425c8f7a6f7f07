// @neo4j/graphql behind GraphQL Yoga: node server.cjs BOLT_URI USER PASSWORD PROCESSES; prints its address when it can be asked.
// The cluster and its journey are one statement each, written as ours are: what @neo4j/graphql would make of filters and
// relationships alone cannot follow links at a confidence.
const cluster = require("node:cluster");
const { createRequire } = require("node:module");
const { createServer } = require("node:http");
const { readFileSync } = require("node:fs");
const installed = createRequire(`${process.cwd()}/`);
const neo4j = installed("neo4j-driver");
const { Neo4jGraphQL } = installed("@neo4j/graphql");
const { createYoga } = installed("graphql-yoga");
const { GraphQLScalarType } = installed("graphql");

const [uri, user, password, processes] = process.argv.slice(2);
const typeDefs = readFileSync(`${__dirname}/rival.graphql`, "utf8");

async function main() {
  const auth = user ? neo4j.auth.basic(user, password) : undefined;
  const driver = neo4j.driver(uri, auth, { maxConnectionPoolSize: 30, telemetryDisabled: true });
  const Moment = new GraphQLScalarType({ name: "Moment", serialize: String });
  const schema = await new Neo4jGraphQL({ typeDefs, driver, resolvers: { Moment } }).getSchema();
  const yoga = createYoga({ schema, context: { executionContext: driver }, logging: false, graphiql: false, landingPage: false });
  const server = createServer(yoga);
  server.listen(0, "127.0.0.1");
}

// All processes answer on one port, which is free; connections go to them in turns.
function share() {
  let listening = 0;
  cluster.on("listening", (_worker, { port }) => {
    listening += 1;
    if (listening === Number(processes)) console.log(`http://127.0.0.1:${port}`);
  });
  for (let each = 0; each < Number(processes); each += 1) cluster.fork();
}

if (cluster.isPrimary) share();
else main();
