// Everything about the customers that belong together with one at a confidence; on request the beginning of their journey.
// $key, $confidence, $limit, $events (interactions; 0: none, and no users either); one row: ranks (key and
// name_rank of everybody), customers, identifiers, devices, links, consents (lists of maps, epoch milliseconds), owners
// (customers, and devices that only they used), interactions (the newest of the owners; the properties of Interaction).
// Each device has its users, as in list_device_users but with the logins that are yet to come; none of a hub.
MATCH (start:Customer {key: $key})
MATCH (start)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
WITH DISTINCT member LIMIT $limit
// Who is retired says nothing, but what is linked through it and named after it holds until the next resolution.
WITH collect(CASE WHEN member.retired_at IS NULL THEN member END) AS members, collect([member.key, member.name_rank]) AS ranks
WITH members, ranks, CASE WHEN $events = 0 THEN [] ELSE [c IN members | c.key] + COLLECT {
  UNWIND members AS c
  MATCH (c)-[:USED]->(d:Device)
  WHERE NOT d:Hub AND NOT EXISTS { MATCH (other:Customer)-[:USED]->(d) WHERE NOT other IN members }
  RETURN DISTINCT d.key
} END AS owners
RETURN owners, ranks,
  COLLECT {
    UNWIND members AS c
    OPTIONAL MATCH (s:Source {name: c.source})
    RETURN c {
      .key, .source, .external_id, .given_name, .middle_name, .family_name, .birth_date, .gender, .street, .postcode,
      .city, .state, .country, .company, .attributes, .traits, created_at: c.created_at.epochMillis,
      updated_at: c.updated_at.epochMillis, observed_at: c.observed_at.epochMillis, trust: s.trust, kind: s.kind
    }
  } AS customers,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[h:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER]->(i:Identifier)
    RETURN {
      customer: c.key, source: c.source, key: i.key, kind: i.kind, value: i.value, raw: h.raw, shared_by_many: i:Hub,
      verified: h.verified, first_seen_at: h.first_seen_at.epochMillis, last_seen_at: h.last_seen_at.epochMillis
    }
  } AS identifiers,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[u:USED]->(d:Device)
    RETURN {
      customer: c.key, key: d.key, kind: d.kind, logins: u.logins, shared_by_many: d:Hub,
      first_login_at: u.first_login_at.epochMillis, last_login_at: u.last_login_at.epochMillis,
      users: CASE WHEN $events > 0 AND NOT d:Hub THEN COLLECT {
        MATCH (user:Customer)-[v:USED]->(d)
        RETURN {
          customer: user.key, logins: v.logins, first_login_at: v.first_login_at.epochMillis,
          last_login_at: v.last_login_at.epochMillis
        } ORDER BY v.last_login_at DESC, user.key LIMIT 100
      } END
    }
  } AS devices,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[l:SAME_AS]->(other:Customer)
    WHERE other IN members
    RETURN l {
      left: c.key, right: other.key, .probability, .match_weight, .method, .rule, .evidence, .cohesion, .confidence,
      .run_id, .model_version, valid_from: l.valid_from.epochMillis
    }
  } AS links,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH|USED]->{0,1}(subject)<-[:STATED_FOR]-(f:ConsentFact)
    RETURN DISTINCT f {
      .key, .source, .purpose, .channel, .state, .basis, .evidence, subject: subject.key,
      effective_at: f.effective_at.epochMillis, recorded_at: f.recorded_at.epochMillis
    }
  } AS consents,
  COLLECT {
    UNWIND owners AS owner
    CALL (owner) {
      MATCH (i:Interaction)
      WHERE i.owner = owner AND i.at >= datetime({year: 1900}) AND i.at < datetime({year: 9999})
      RETURN i
      // `+ ''`: in the order of get_journey.
      ORDER BY i.owner DESC, i.at DESC, i.key + '' DESC LIMIT $events
    }
    WITH DISTINCT i ORDER BY i.at DESC, i.key + '' DESC LIMIT $events
    RETURN i {
      .key, .source, .type, .name, .channel, at: i.at.epochMillis, .owner, .session, .amount, .currency, .properties
    }
  } AS interactions
