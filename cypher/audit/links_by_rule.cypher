// Live links by who claims them, the rule and the model version
// $limit; rows: method, rule, model_version, links, those that hold clusters together, weights in log2 odds of those that
// were scored: the others, which rules and stewards claim alone, are stored with a weight of 0.
// :param limit => 50
MATCH (:Customer)-[r:SAME_AS]->(:Customer)
WITH r, CASE WHEN r.evidence IS NOT NULL THEN r.match_weight END AS scored
RETURN r.method AS method, r.rule AS rule, r.model_version AS model_version, count(*) AS links,
  count(r.confidence) AS forest_links, round(avg(scored), 3) AS mean_weight,
  round(min(scored), 3) AS least_weight, round(avg(r.probability), 4) AS mean_probability
ORDER BY links DESC, method, rule, model_version LIMIT $limit
