// A page of the sources, by name.
// $after (name), $limit; rows: name, kind, channel, trust, tracked (it has a write key), disabled_at (epoch milliseconds).
MATCH (s:Source)
// As in list_links_after.
USING INDEX SEEK s:Source(name)
WHERE s.name > $after
RETURN s.name AS name, s.kind AS kind, s.channel AS channel, s.trust AS trust,
  size(coalesce(s.write_keys, [])) > 0 AS tracked, s.disabled_at.epochMillis AS disabled_at
ORDER BY s.name LIMIT $limit
