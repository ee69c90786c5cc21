with s as (
  select
    cast(date_trunc('month', a.listed_on) as date) as listed,
    cast(date_trunc('month', a.reached_on) as date) as reached,
    substr(a.division, 1, 6) as division,
    a.kind,
    count(*) as areas
  from telecom.key_area a
  group by cast(date_trunc('month', a.listed_on) as date), cast(date_trunc('month', a.reached_on) as date),
    substr(a.division, 1, 6), a.kind
)
select
  m.month,
  s.division,
  s.kind,
  sum(s.areas) as areas,
  sum(case when s.reached <= m.month then s.areas else 0 end) as reached
from base.month m
join s on s.listed <= m.month
where m.month >= date '${first_month}'
  and m.month <= (select max(greatest(k.listed_on, coalesce(k.reached_on, k.listed_on))) from telecom.key_area k)
group by m.month, s.division, s.kind
