// Every source, with how it sends.
// No parameters; rows: the properties of Source (disabled_at in epoch milliseconds).
MATCH (s:Source)
RETURN s.name AS name, s.kind AS kind, s.channel AS channel, s.trust AS trust,
  coalesce(s.write_keys, []) AS write_keys, coalesce(s.own_user_ids, false) AS own_user_ids,
  coalesce(s.open_names, []) AS open_names, s.disabled_at.epochMillis AS disabled_at
ORDER BY name
