// Live links by who claims them, the rule and the model version
// $limit; rows: method, rule, model_version, links, those that hold clusters together, weights in log2 odds.
// :param limit => 50
MATCH (:Customer)-[r:SAME_AS]->(:Customer)
RETURN r.method AS method, r.rule AS rule, r.model_version AS model_version, count(*) AS links,
  count(r.confidence) AS forest_links, round(avg(r.match_weight), 3) AS mean_weight,
  round(min(r.match_weight), 3) AS least_weight, round(avg(r.probability), 4) AS mean_probability
ORDER BY links DESC, method, rule, model_version LIMIT $limit
