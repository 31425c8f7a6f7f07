// Index that gives what was written of an owner since a moment, in the order of its arrival.
// No parameters.
CREATE INDEX interaction_arrivals IF NOT EXISTS FOR (i:Interaction) ON (i.owner, i.written_at)
