// Clusters with more names, birth dates or genders than one person has, the worst first
// $confidence, $most_given_names, $most_family_names, $most_birth_dates, $most_genders, $limit; rows: counts and the first keys, no values.
// :param confidence => 0.5
// :param most_given_names => 2
// :param most_family_names => 2
// :param most_birth_dates => 2
// :param most_genders => 1
// :param limit => 50
// A link leads from the smaller key to the larger, so the smallest key of a cluster is one that no link leads to.
MATCH (first:Customer)-[out:SAME_AS]->(:Customer)
WHERE out.confidence >= $confidence
WITH DISTINCT first
WHERE NOT EXISTS { (first)<-[in:SAME_AS]-(:Customer) WHERE in.confidence >= $confidence }
MATCH (first)-[r:SAME_AS WHERE r.confidence >= $confidence]-{0,}(member)
WITH first, collect(DISTINCT member) AS members
WHERE all(m IN members WHERE m.key >= first.key)
WITH first.key AS cluster, members,
  COUNT { UNWIND members AS m WITH m WHERE m.given_name IS NOT NULL RETURN DISTINCT m.given_name } AS given_names,
  COUNT { UNWIND members AS m WITH m WHERE m.family_name IS NOT NULL RETURN DISTINCT m.family_name } AS family_names,
  COUNT { UNWIND members AS m WITH m WHERE m.birth_date IS NOT NULL RETURN DISTINCT m.birth_date } AS birth_dates,
  COUNT { UNWIND members AS m WITH m WHERE m.gender IS NOT NULL RETURN DISTINCT m.gender } AS genders
WITH *, reduce(total = 0, over IN [
    given_names - $most_given_names, family_names - $most_family_names,
    birth_dates - $most_birth_dates, genders - $most_genders
  ] | total + CASE WHEN over > 0 THEN over ELSE 0 END) AS too_many
WHERE too_many > 0
RETURN cluster, size(members) AS records, too_many, given_names, family_names, birth_dates, genders,
  COLLECT { UNWIND members AS m RETURN m.key ORDER BY m.key LIMIT 5 } AS customers
ORDER BY too_many DESC, records DESC, cluster LIMIT $limit
