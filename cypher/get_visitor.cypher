// What may be known of a customer's person before a login proves it: no name, no identifier, no trait is read.
// $key, $confidence, $limit; one row: members (keys), ranks (key and name_rank of everybody), consents (purpose, channel, state, effective_at, recorded_at), in epoch milliseconds.
MATCH (start:Customer {key: $key})
MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
WITH DISTINCT member LIMIT $limit
WITH collect(member) AS reached, collect(CASE WHEN member.retired_at IS NULL THEN member END) AS members,
  collect([member.key, member.name_rank]) AS ranks
RETURN [c IN members | c.key] AS members, ranks,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH|USED]->{0,1}(subject)<-[:STATED_FOR]-(f:ConsentFact)
    // What strangers said on a terminal, or for a mailbox of many, is nobody's own. Of a device that others use as well a
    // grant is of who had logged in last: nobody allows anything for another.
    WHERE NOT subject:Hub
      AND (f.state <> 'granted' OR NOT subject:Device
        OR NOT EXISTS { (subject)<-[:USED]-(other) WHERE NOT other IN reached }
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
