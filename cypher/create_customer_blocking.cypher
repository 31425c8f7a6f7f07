// The index from which candidates are looked up: every blocking part is one term.
// No parameters.
CREATE FULLTEXT INDEX customer_blocking IF NOT EXISTS FOR (c:Customer) ON EACH [c.blocking_parts]
OPTIONS {indexConfig: {`fulltext.analyzer`: 'keyword'}}
