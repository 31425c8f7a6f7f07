// Forgets which guards told who is a hub, before all labels are looked at again.
// No parameters.
MATCH (g:GuardsInUse)
DELETE g
