// Which of some identifiers are hubs.
// $keys; rows: key.
UNWIND $keys AS wanted
MATCH (i:Identifier:Hub {key: wanted})
RETURN i.key AS key
