// The newest sessions of some customers and of devices that are theirs alone.
// $customers, $devices (keys), $limit; rows: the properties of Session (epoch milliseconds), device, logged_in (customer key).
CALL () {
  UNWIND $customers AS key
  MATCH (:Customer {key: key})<-[:LOGGED_IN]-(s:Session)
  RETURN s
  UNION
  UNWIND $devices AS key
  MATCH (:Device {key: key})<-[:ON_DEVICE]-(s:Session)
  RETURN s
}
WITH DISTINCT s ORDER BY s.started_at DESC, s.key DESC LIMIT $limit
RETURN s.key AS key, s.source AS source, s.channel AS channel, s.entry_page AS entry_page, s.campaign AS campaign,
  s.started_at.epochMillis AS started_at, s.ended_at.epochMillis AS ended_at,
  head(COLLECT { MATCH (s)-[:ON_DEVICE]->(d:Device) RETURN d.key }) AS device,
  head(COLLECT {
    MATCH (s)-[:LOGGED_IN]->(c:Customer) WHERE c.key IN $customers RETURN c.key ORDER BY c.key
  }) AS logged_in
ORDER BY started_at DESC, key DESC
