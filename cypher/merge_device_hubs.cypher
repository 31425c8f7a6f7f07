// Labels devices that too many customers used: shop terminals and the like.
// $hub_above; $rows: device (key).
UNWIND $rows AS row
MATCH (d:Device {key: row.device})
WHERE COUNT { (d)<-[:USED]-() } > $hub_above
SET d:Hub
