// Identifiers of some customers, each once, with everybody who holds them; of hubs nobody is told.
// $keys (of customers); one row, because rows are dear: identifiers, a list of [key, kind, hub, keys of the holders].
UNWIND $keys AS wanted
MATCH (:Customer {key: wanted})-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]->(i:Identifier)
WITH DISTINCT i
RETURN collect([i.key, i.kind, i:Hub, CASE WHEN i:Hub THEN [] ELSE COLLECT {
  MATCH (i)<-[:HAS_EMAIL|HAS_PHONE|HAS_IDENTIFIER|HAS_HASH]-(holder:Customer)
  WHERE holder.content_hash IS NOT NULL AND holder.retired_at IS NULL
  RETURN DISTINCT holder.key
} END]) AS identifiers
