// What each of several profiles did, counted by channel and owner, with the interactions that orders are made of. Reads the history,
// the newest first: four accesses to the store for each interaction.
// $rows (number, windows (owner, since, until in epoch milliseconds, members), customers, own_devices, shared_devices),
// $names (of orders), $most (interactions of an owner); rows: number, channels, beginnings, sessions.
UNWIND $rows AS row
CALL (row) {
  CALL (row) {
    UNWIND row.windows AS window
    CALL (window) {
      MATCH (i:Interaction)
      WHERE i.owner = window.owner AND i.at >= datetime({epochMillis: window.since})
        AND i.at <= datetime({epochMillis: window.until})
        AND CASE WHEN window.members IS NULL THEN true ELSE NOT EXISTS {
          (i)-[:IN_SESSION]->(:Session)-[:LOGGED_IN]->(c:Customer) WHERE NOT c.key IN window.members
        } END
      RETURN i ORDER BY i.owner DESC, i.at DESC LIMIT $most
    }
    RETURN i
    UNION
    // Sessions on shared devices in which one of the customers logged in.
    UNWIND row.shared_devices AS device
    MATCH (d:Device {key: device})<-[:ON_DEVICE]-(s:Session)-[:LOGGED_IN]->(c:Customer)
    WHERE c.key IN row.customers
    WITH DISTINCT s, device LIMIT $most
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
    WHERE i.owner = device AND size(mine) > 0
      AND NONE(other IN others WHERE CASE WHEN ANY(at IN mine WHERE at <= i.at)
        THEN other.first <= i.at AND NONE(at IN mine WHERE at > other.last AND at <= i.at)
        ELSE other.first <= i.at OR NONE(at IN mine WHERE at < other.first) END)
    RETURN i
  }
  WITH i.channel AS channel, i.owner AS owner, count(i) AS interactions, min(i.at.epochMillis) AS first_at,
    max(i.at.epochMillis) AS last_at,
    collect(CASE WHEN i.name IN $names THEN i { .key, .source, .name, .amount, .currency, .properties } END) AS orders
  RETURN collect({
    channel: channel, owner: owner, interactions: interactions, first_at: first_at, last_at: last_at, orders: orders
  }) AS channels
}
RETURN row.number AS number, channels,
  // Of a history that is longer than what is read, the index gives the beginning.
  COLLECT {
    UNWIND row.windows AS window
    CALL (window) {
      MATCH (i:Interaction)
      WHERE i.owner = window.owner AND i.at >= datetime({epochMillis: window.since})
        AND i.at <= datetime({epochMillis: window.until})
        AND CASE WHEN window.members IS NULL THEN true ELSE NOT EXISTS {
          (i)-[:IN_SESSION]->(:Session)-[:LOGGED_IN]->(c:Customer) WHERE NOT c.key IN window.members
        } END
      RETURN i.at.epochMillis AS at ORDER BY i.owner, i.at LIMIT 1
    }
    RETURN at
  } AS beginnings,
  COUNT {
    UNWIND row.customers AS key
    MATCH (:Customer {key: key})<-[:LOGGED_IN]-(s:Session)
    RETURN s
    UNION
    UNWIND row.own_devices AS key
    MATCH (:Device {key: key})<-[:ON_DEVICE]-(s:Session)
    RETURN s
  } AS sessions
