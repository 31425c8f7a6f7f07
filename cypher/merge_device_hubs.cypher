// Labels devices that too many customers used, shop terminals and the like, and takes the label back.
// $hub_above; $guards (digest of those that tell it; null: of a run, which looks at all of them); $rows: device (key), or
// session (key): all of its devices, as whoever joins a session tells of the others too.
FOREACH (digest IN CASE WHEN $guards IS NULL THEN [] ELSE [$guards] END | MERGE (:GuardsInUse {digest: digest}))
WITH 0 AS begun
UNWIND $rows AS row
CALL (row) {
  MATCH (d:Device {key: row.device})
  RETURN d
  UNION
  MATCH (:Session {key: row.session})-[:ON_DEVICE]->(d:Device)
  RETURN d
}
WITH DISTINCT d
WITH d, COUNT { (d)<-[:USED]-() } > $hub_above AS crowded
WHERE crowded <> d:Hub
FOREACH (_ IN CASE WHEN crowded THEN [1] ELSE [] END | SET d:Hub)
FOREACH (_ IN CASE WHEN crowded THEN [] ELSE [1] END | REMOVE d:Hub)
