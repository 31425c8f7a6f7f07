// The guards of processes that wrote hub labels since all of them were looked at.
// No parameters; rows: digest.
MATCH (g:GuardsInUse)
RETURN g.digest AS digest
