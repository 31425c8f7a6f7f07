// Writes sources.
// $rows: name, kind, channel, trust.
UNWIND $rows AS row
MERGE (s:Source {name: row.name})
  ON CREATE SET s.kind = row.kind, s.channel = row.channel, s.trust = row.trust
  ON MATCH SET s.kind = row.kind, s.channel = row.channel, s.trust = row.trust
