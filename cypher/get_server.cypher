// What the server is, and what time it is there.
// No parameters; one row: version, edition, now (epoch milliseconds).
CALL dbms.components() YIELD name, versions, edition
WITH versions, edition WHERE name = 'Neo4j Kernel'
RETURN versions[0] AS version, edition, datetime.realtime().epochMillis AS now
