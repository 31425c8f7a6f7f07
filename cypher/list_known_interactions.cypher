// Which of some interactions there are already.
// $keys; rows: key.
UNWIND $keys AS wanted
MATCH (i:Interaction {key: wanted})
RETURN i.key AS key
