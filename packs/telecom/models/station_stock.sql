-- 有月份没有基站投用，也要有在用数，所以先列出各月。
with m as (
  select cast(t.at as date) as month
  from (
    select unnest(generate_series(date '${first_month}', cast(max(date_trunc('month', s.opened_on)) as date), interval '1 month')) as at
    from telecom.base_station s
  ) t
),
s as (
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
from m
join s on s.opened <= m.month and (s.closed is null or s.closed > m.month)
group by m.month, s.division, s.operator, s.generation
