// The agent's screen on the terminal: node src/agent_screen.ts URL PHONE, with the key in CDP_API_KEY.
import { ApiError, Client } from "./client.ts";
import { AgentScreenDocument, type AgentScreenQuery } from "./operations.ts";

const [url = "http://127.0.0.1:8000/graphql", phone = "+49 162 3909480"] = process.argv.slice(2);
const client = new Client({ url, key: process.env["CDP_API_KEY"] });

function* linesOf({ profile }: AgentScreenQuery): Generator<string> {
  switch (profile.__typename) {
    case "Profile":
      yield `${profile.givenName?.value ?? "?"} ${profile.familyName?.value ?? "?"}, ${profile.city?.value ?? "?"}`;
      for (const { purpose, channel, state } of profile.consents) yield `${purpose} by ${channel ?? "any way"}: ${state}`;
      for (const { at, channel, name } of profile.journey.nodes) yield `${at} ${channel ?? ""} ${name}`;
      return;
    case "AmbiguousIdentity":
      yield `${profile.reason} ${profile.profileIds.length} profiles.`;
      return;
    case "UnknownIdentity":
      yield profile.reason;
      return;
    case "MergedProfile":
      throw new Error("Only former profile ids lead here.");
  }
}

try {
  const answer = await client.ask(AgentScreenDocument, { phone }, AbortSignal.timeout(10_000));
  for (const line of linesOf(answer)) console.log(line);
} catch (error) {
  if (error instanceof ApiError) console.error(`${error.code}: ${error.message} Request ${error.requestId}.`);
  else console.error(String(error));
  process.exitCode = 1;
}
