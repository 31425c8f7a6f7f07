// The mark of a run over everything that writes, or was interrupted.
// No parameters; at most one row: at (epoch milliseconds).
MATCH (u:UnfinishedRun)
RETURN u.at.epochMillis AS at
