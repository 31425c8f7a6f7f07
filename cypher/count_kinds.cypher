// How many nodes of each label and relationships of each type there are; read from counters, whatever the size.
// No parameters; one row: data, a map with lists nodes (label, count) and relationships (relationshipType, count).
CALL db.stats.retrieve('GRAPH COUNTS') YIELD data
RETURN data
