// Writes consent facts; a fact is never changed.
// $run_id; $rows: the properties of ConsentFact, times in epoch milliseconds.
UNWIND $rows AS row
MERGE (f:ConsentFact {key: row.key})
  ON CREATE SET f.source = row.source, f.purpose = row.purpose, f.channel = row.channel, f.state = row.state,
    f.basis = row.basis, f.evidence = row.evidence, f.effective_at = datetime({epochMillis: row.effective_at}),
    f.recorded_at = datetime({epochMillis: row.recorded_at}), f.run_id = $run_id
