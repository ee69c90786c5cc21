select
  cast(date_trunc('month', u.first_on) as date) as month,
  u.division,
  count(*) as companies,
  sum(u.contracts) as contracts,
  sum(u.amount) as amount
from industry.upgraded_sme u
group by cast(date_trunc('month', u.first_on) as date), u.division
