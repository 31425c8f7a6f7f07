// What might be known of a customer's person at a time, before a login proves it: no name, no identifier, no trait is read.
// $key, $confidence, $at (epoch milliseconds), $limit; one row: as get_visitor, consents that were recorded by then.
WITH datetime({epochMillis: $at}) AS moment
CALL (moment) {
  MATCH (start:Customer {key: $key})
  MATCH (start)-[r:SAME_AS|WAS_SAME_AS
    WHERE r.confidence >= $confidence AND r.valid_from <= moment AND (r.valid_to IS NULL OR r.valid_to > moment)
  ]-{0,}(member)
  WITH DISTINCT member LIMIT $limit
  RETURN collect(member) AS reached
}
WITH moment, reached, [m IN reached WHERE m.retired_at IS NULL OR m.retired_at > moment] AS members,
  [m IN reached | [m.key, m.name_rank]] AS ranks
RETURN [c IN members | c.key] AS members, ranks,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH|USED]->{0,1}(subject)<-[:STATED_FOR]-(f:ConsentFact)
    WHERE f.recorded_at <= moment AND NOT subject:Hub
      AND (f.state <> 'granted' OR NOT subject:Device
        OR NOT EXISTS { (subject)<-[used:USED]-(other) WHERE used.first_login_at <= moment AND NOT other IN reached }
        OR COLLECT {
          MATCH (subject)<-[:ON_DEVICE]-(s:Session)-[login:LOGGED_IN]->(who)
          // Whose login is on this device: as in merge_used.
          WHERE login.at <= f.effective_at AND (login.device = subject.key
            OR (coalesce(login.device, 'none') = 'none' AND COUNT { (s)-[:ON_DEVICE]->() } = 1))
          // Of the logins between the first and the last one nothing is kept: then it may be that person again.
          WITH who IN reached AS ours,
            CASE WHEN coalesce(login.last_at, login.at) <= f.effective_at THEN coalesce(login.last_at, login.at)
              WHEN who IN reached THEN login.at ELSE f.effective_at END AS at
          // False comes first: at one moment nobody is told from the other.
          RETURN ours ORDER BY at DESC, ours LIMIT 1
        } = [true])
    RETURN DISTINCT f {
      .key, .purpose, .channel, .state, effective_at: f.effective_at.epochMillis, recorded_at: f.recorded_at.epochMillis
    }
  } AS consents
