// Interactions of sessions on shared devices in which one of the customers logged in: theirs although the device is not.
// $customers, $devices (keys), $before, $before_key (keyset), $since (epoch milliseconds), $channels, $types, $names, $sources (null: all), $limit; rows: Interaction.
UNWIND $devices AS device
MATCH (d:Device {key: device})<-[:ON_DEVICE]-(s:Session)-[:LOGGED_IN]->(c:Customer)
WHERE c.key IN $customers AND s.started_at <= datetime({epochMillis: $before})
WITH DISTINCT s, device
// Where others logged in during the session as well, what was done is whose login was the last by then, else the first; at
// one moment nobody's, and so between the first and the last login of one if another logged in by then: who logged in
// in between is not kept.
WITH s, device,
  COLLECT {
    MATCH (s)-[l:LOGGED_IN]->(c:Customer) WHERE c.key IN $customers AND (l.device = device
      OR (coalesce(l.device, 'none') = 'none' AND COUNT { (s)-[:ON_DEVICE]->() } = 1))
    UNWIND [l.at, coalesce(l.last_at, l.at)] AS at RETURN at
  } AS mine,
  COLLECT {
    MATCH (s)-[l:LOGGED_IN]->(c:Customer)
    WHERE NOT c.key IN $customers AND coalesce(l.device, 'none') IN [device, 'none']
    RETURN {first: l.at, last: coalesce(l.last_at, l.at)}
  } AS others
MATCH (s)<-[:IN_SESSION]-(i:Interaction)
WHERE i.owner = device AND size(mine) > 0 AND i.at >= datetime({epochMillis: $since})
  AND NONE(other IN others WHERE CASE WHEN ANY(at IN mine WHERE at <= i.at)
    THEN other.first <= i.at AND NONE(at IN mine WHERE at > other.last AND at <= i.at)
    ELSE other.first <= i.at OR NONE(at IN mine WHERE at < other.first) END)
  AND i.at <= datetime({epochMillis: $before})
  AND CASE WHEN i.at.epochMillis = $before THEN i.key < $before_key ELSE true END
  AND ($channels IS NULL OR i.channel IN $channels)
  AND ($types IS NULL OR i.type IN $types)
  AND ($names IS NULL OR i.name IN $names)
  AND ($sources IS NULL OR i.source IN $sources)
// `+ ''`: in the order of get_journey.
WITH DISTINCT i ORDER BY i.at DESC, i.key + '' DESC LIMIT $limit
RETURN i.key AS key, i.source AS source, i.type AS type, i.name AS name, i.channel AS channel,
  i.at.epochMillis AS at, i.owner AS owner, i.session AS session, i.amount AS amount, i.currency AS currency,
  i.properties AS properties
ORDER BY at DESC, key DESC
