// Marks the graph as one that a run over everything is writing; the mark of one that was interrupted before stays as it is.
// $at (epoch milliseconds): nothing that the run writes takes effect before.
MERGE (u:UnfinishedRun)
  ON CREATE SET u.at = datetime({epochMillis: $at})
