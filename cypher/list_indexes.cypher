// Indexes that no constraint owns.
// No parameters; rows: name, type, label, properties, state.
SHOW INDEXES YIELD name, type, labelsOrTypes, properties, state, owningConstraint
WHERE owningConstraint IS NULL AND type <> 'LOOKUP'
RETURN name, type, labelsOrTypes[0] AS label, properties, state
