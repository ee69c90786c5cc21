select
  e.month,
  e.division,
  e.channel,
  sum(e.launched) as launched,
  sum(e.closed) as closed
from (
  select cast(date_trunc('month', s.launched_on) as date) as month, s.division, s.channel, 1 as launched, 0 as closed
  from service.convenience_scenario s
  union all
  select cast(date_trunc('month', t.closed_on) as date) as month, t.division, t.channel, 0 as launched, 1 as closed
  from service.convenience_scenario t
  where t.closed_on is not null
) e
group by e.month, e.division, e.channel
