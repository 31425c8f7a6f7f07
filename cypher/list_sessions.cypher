// The newest sessions of each of several profiles: of some customers, and of devices that are theirs alone.
// $rows (number, customers, own_devices), $limit (of each); rows: number, the properties of Session (epoch milliseconds),
// device, logged_in (customer key).
UNWIND $rows AS row
CALL (row) {
  CALL (row) {
    UNWIND row.customers AS key
    MATCH (:Customer {key: key})<-[:LOGGED_IN]-(s:Session)
    RETURN s
    UNION
    UNWIND row.own_devices AS key
    MATCH (:Device {key: key})<-[:ON_DEVICE]-(s:Session)
    RETURN s
  }
  RETURN s ORDER BY s.started_at DESC, s.key DESC LIMIT $limit
}
RETURN row.number AS number, s.key AS key, s.source AS source, s.channel AS channel, s.entry_page AS entry_page,
  s.campaign AS campaign, s.started_at.epochMillis AS started_at, s.ended_at.epochMillis AS ended_at,
  // Of several devices one that is theirs: the others may be of other people.
  head(COLLECT {
    MATCH (s)-[:ON_DEVICE]->(d:Device)
    RETURN d.key ORDER BY d.key IN row.own_devices OR EXISTS {
      (s)-[l:LOGGED_IN]->(c:Customer) WHERE l.device = d.key AND c.key IN row.customers
    } DESC, d.key
  }) AS device,
  head(COLLECT {
    MATCH (s)-[:LOGGED_IN]->(c:Customer) WHERE c.key IN row.customers RETURN c.key ORDER BY c.key
  }) AS logged_in
ORDER BY started_at DESC, key DESC
