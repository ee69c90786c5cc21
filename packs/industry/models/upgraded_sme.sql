select
  c.uscc,
  cast(date_part('year', c.signed_on) as bigint) as year,
  min(c.signed_on) as first_on,
  min(c.division) as division,
  count(*) as contracts,
  sum(c.amount) as amount
from industry.sme_upgrade c
group by c.uscc, cast(date_part('year', c.signed_on) as bigint)
