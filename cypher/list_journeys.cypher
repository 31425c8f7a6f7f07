// The newest interactions of each of several profiles: what get_journey and list_interactions_before_login give for one.
// $rows (number, windows, customers, shared_devices), $before, $before_key (keyset), $since (epoch milliseconds), $channels,
// $types, $names, $sources (null: all), $limit (of each); rows: number, interactions (the properties of Interaction).
UNWIND $rows AS row
CALL (row) {
  CALL (row) {
    UNWIND row.windows AS window
    CALL (window) {
      WITH window, datetime({epochMillis: CASE WHEN window.since > $since THEN window.since ELSE $since END}) AS since,
        datetime({epochMillis: CASE WHEN window.until < $before THEN window.until ELSE $before END}) AS until
      MATCH (i:Interaction)
      WHERE i.owner = window.owner AND i.at >= since AND i.at <= until
        AND CASE WHEN i.at.epochMillis = $before THEN i.key < $before_key ELSE true END
        AND ($channels IS NULL OR i.channel IN $channels)
        AND ($types IS NULL OR i.type IN $types)
        AND ($names IS NULL OR i.name IN $names)
        AND ($sources IS NULL OR i.source IN $sources)
        AND CASE WHEN window.members IS NULL THEN true ELSE NOT EXISTS {
          (i)-[:IN_SESSION]->(:Session)-[:LOGGED_IN]->(c:Customer) WHERE NOT c.key IN window.members
        } END
      RETURN i
      // `+ ''`: in the order of get_journey.
      ORDER BY i.owner DESC, i.at DESC, i.key + '' DESC LIMIT $limit
    }
    RETURN i
    UNION
    UNWIND row.shared_devices AS device
    MATCH (d:Device {key: device})<-[:ON_DEVICE]-(s:Session)-[:LOGGED_IN]->(c:Customer)
    WHERE c.key IN row.customers AND s.started_at <= datetime({epochMillis: $before})
    WITH DISTINCT s, device
    // Whose login counts: as in list_interactions_before_login.
    WITH s, device,
      COLLECT {
        MATCH (s)-[l:LOGGED_IN]->(c:Customer) WHERE c.key IN row.customers AND (l.device = device
          OR (coalesce(l.device, 'none') = 'none' AND COUNT { (s)-[:ON_DEVICE]->() } = 1))
        UNWIND [l.at, coalesce(l.last_at, l.at)] AS at RETURN at
      } AS mine,
      COLLECT {
        MATCH (s)-[l:LOGGED_IN]->(c:Customer)
        WHERE NOT c.key IN row.customers AND coalesce(l.device, 'none') IN [device, 'none']
        RETURN {first: l.at, last: coalesce(l.last_at, l.at)}
      } AS others
    MATCH (s)<-[:IN_SESSION]-(i:Interaction)
    WHERE i.owner = device AND size(mine) > 0 AND i.at >= datetime({epochMillis: $since}) AND i.at <= datetime({epochMillis: $before})
      AND NONE(other IN others WHERE CASE WHEN ANY(at IN mine WHERE at <= i.at)
        THEN other.first <= i.at AND NONE(at IN mine WHERE at > other.last AND at <= i.at)
        ELSE other.first <= i.at OR NONE(at IN mine WHERE at < other.first) END)
      AND CASE WHEN i.at.epochMillis = $before THEN i.key < $before_key ELSE true END
      AND ($channels IS NULL OR i.channel IN $channels)
      AND ($types IS NULL OR i.type IN $types)
      AND ($names IS NULL OR i.name IN $names)
      AND ($sources IS NULL OR i.source IN $sources)
    RETURN i
  }
  WITH i ORDER BY i.at DESC, i.key + '' DESC LIMIT $limit
  RETURN collect(i {
    .key, .source, .type, .name, .channel, .owner, .session, .amount, .currency, .properties, at: i.at.epochMillis
  }) AS interactions
}
RETURN row.number AS number, interactions
