select
  p.uscc,
  min(p.registered_on) as registered_on,
  min(p.division) as division,
  min(p.kind) as kind,
  count(*) as projects,
  sum(p.investment) as investment
from industry.project p
where p.uscc is not null and p.registered_on is not null
group by p.uscc
