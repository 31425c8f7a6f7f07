// Which of some runs there are.
// $run_ids; rows: run_id.
UNWIND $run_ids AS wanted
MATCH (r:ScoringRun {run_id: wanted})
RETURN r.run_id AS run_id
