// Uniqueness constraints that the database has.
// No parameters; rows: entity (NODE or RELATIONSHIP), label, properties.
SHOW CONSTRAINTS YIELD entityType, labelsOrTypes, properties
RETURN entityType AS entity, labelsOrTypes[0] AS label, properties
