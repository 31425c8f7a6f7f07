// Takes the mark back: what a run over everything wrote is whole.
// No parameters.
MATCH (u:UnfinishedRun)
DELETE u
