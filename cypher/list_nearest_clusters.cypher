// The loosest clusters of a few customers, each once, and of the nearest one's what is asked next where somebody joins it:
// what list_forest_of, list_claims_of and list_people_of tell, in one round trip.
// $keys, the nearest first; $others, of whom the person is told in any case; $floor (weight of a pair that may join
// clusters), $certain (see list_people_of). Rows: members and links as list_forest_of; claims as list_claims_of and people
// as list_people_of, both empty but for the nearest one's cluster: people are those outside whom its pairs may join.
UNWIND $keys AS wanted
MATCH (start:Customer {key: wanted})
MATCH (start)-[r:SAME_AS WHERE r.confidence IS NOT NULL]-{0,}(member)
WITH wanted, collect(DISTINCT member) AS members, min(member.key) AS first
WITH first, head(collect(members)) AS members, head($keys) IN collect(wanted) AS nearest
WITH members, CASE WHEN nearest THEN members ELSE [] END AS joined, CASE WHEN nearest THEN $others ELSE [] END AS others
RETURN [m IN members | {
  key: m.key, rank: m.name_rank, counted: m.counted, decided: EXISTS { (m)<-[:DECIDED]-() }
}] AS members, COLLECT {
  UNWIND members AS m
  MATCH (m)-[l:SAME_AS]->(other:Customer)
  WHERE l.confidence IS NOT NULL
  RETURN {left: m.key, right: other.key, cohesion: l.cohesion, confidence: l.confidence}
} AS links, COLLECT {
  UNWIND joined AS m
  MATCH (m)-[r:SAME_AS|COMPARED]-(:Customer)
  WITH DISTINCT r
  RETURN [
    startNode(r).key, endNode(r).key, r.probability, r.match_weight, r.method, r.rule, r.evidence, r.cohesion,
    r.confidence, r.guard, type(r)
  ]
} AS claims, COLLECT {
  CALL (joined, others) {
    UNWIND joined AS m
    MATCH (m)-[r:SAME_AS|COMPARED WHERE r.match_weight >= $floor OR r.method <> 'splink']-(other:Customer)
    WHERE NOT other IN joined
    RETURN other
    UNION
    UNWIND others AS key
    MATCH (other:Customer {key: key})
    RETURN other
  }
  MATCH (other)-[c:SAME_AS WHERE c.cohesion >= $certain]-{0,}(person)
  WITH other, min(person.key) AS person
  RETURN [other.key, person]
} AS people
