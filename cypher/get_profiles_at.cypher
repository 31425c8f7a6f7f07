// Everything about the customers that belonged together with each of some at a time and a confidence, as it was known then.
// $keys, $confidence, $at (epoch milliseconds), $limit; rows: as get_profiles; in asked are those only that had been resolved by then.
WITH datetime({epochMillis: $at}) AS moment
UNWIND $keys AS key
MATCH (start:Customer {key: key})
CALL (start, moment) {
  MATCH (start)-[r:SAME_AS|WAS_SAME_AS
    WHERE r.confidence >= $confidence AND r.valid_from <= moment AND (r.valid_to IS NULL OR r.valid_to > moment)
  ]-{0,}(member)
  WITH DISTINCT member LIMIT $limit
  RETURN collect(member) AS reached, min(member.key) AS first
}
WITH moment, first, head(collect(reached)) AS reached, collect(start) AS asked
WITH moment, asked, [m IN reached WHERE m.retired_at IS NULL OR m.retired_at > moment] AS members,
  [m IN reached | [m.key, m.name_rank]] AS ranks
WITH moment, members, ranks, [c IN asked
  WHERE size(members) > 1
    OR c.prepared IS NOT NULL AND (c.first_resolved_at IS NULL OR c.first_resolved_at <= moment)
  | c.key] AS asked
WHERE size(asked) > 0
RETURN asked, ranks,
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
      first_login_at: u.first_login_at.epochMillis, last_login_at: u.last_login_at.epochMillis
    }
  } AS devices,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[l:SAME_AS|WAS_SAME_AS]->(other:Customer)
    WHERE other IN members AND l.valid_from <= moment AND (l.valid_to IS NULL OR l.valid_to > moment)
    RETURN l {
      left: c.key, right: other.key, .probability, .match_weight, .method, .rule, .evidence, .cohesion, .confidence,
      .run_id, .model_version, valid_from: l.valid_from.epochMillis, valid_to: l.valid_to.epochMillis
    }
  } AS links,
  COLLECT {
    UNWIND members AS c
    MATCH (c)-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH|USED]->{0,1}(subject)<-[:STATED_FOR]-(f:ConsentFact)
    RETURN DISTINCT f {
      .key, .source, .purpose, .channel, .state, .basis, .evidence, subject: subject.key,
      effective_at: f.effective_at.epochMillis, recorded_at: f.recorded_at.epochMillis
    }
  } AS consents
