select
  cast(date_trunc('month', n.registered_on) as date) as month,
  n.division,
  n.kind,
  count(*) as companies,
  sum(n.investment) as investment
from industry.newcomer n
group by cast(date_trunc('month', n.registered_on) as date), n.division, n.kind
