-- 有月份没有基站投用，也要有在用数，所以按月份表逐月统计。
with s as (
  select
    cast(date_trunc('month', b.opened_on) as date) as opened,
    cast(date_trunc('month', b.closed_on) as date) as closed,
    substr(b.division, 1, 6) as division,
    b.operator,
    b.generation,
    count(*) as stations
  from telecom.base_station b
  where b.status = '1' or b.closed_on is not null
  group by cast(date_trunc('month', b.opened_on) as date), cast(date_trunc('month', b.closed_on) as date),
    substr(b.division, 1, 6), b.operator, b.generation
)
select
  m.month,
  s.division,
  s.operator,
  s.generation,
  sum(s.stations) as stations
from base.month m
join s on s.opened <= m.month and (s.closed is null or s.closed > m.month)
where m.month >= date '${first_month}'
  and m.month <= (select max(o.opened_on) from telecom.base_station o)
group by m.month, s.division, s.operator, s.generation
