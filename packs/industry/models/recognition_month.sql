select
  cast(date_trunc('month', r.recognised_on) as date) as month,
  r.division,
  r.kind,
  count(*) as recognised
from industry.recognition r
group by cast(date_trunc('month', r.recognised_on) as date), r.division, r.kind
