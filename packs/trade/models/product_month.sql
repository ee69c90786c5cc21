-- 外地供方的产品记在本市。产品在挂牌到摘牌（或台账最近一次更新）之间的每个月各算一行，月末仍在挂牌的为在架品种。
select
  m.month,
  case when starts_with(p.division, '${base.division_prefix}') then p.division else '${base.city_code}' end as division,
  p.kind,
  p.zone,
  sum(case when p.delisted_on is null or p.delisted_on > m.last_day then 1 else 0 end) as standing,
  sum(case when p.listed_on >= m.month then 1 else 0 end) as listed,
  sum(case when p.delisted_on <= m.last_day then 1 else 0 end) as delisted
from trade.product p
join base.month m
  on m.last_day >= p.listed_on and (p.delisted_on is null or m.month <= p.delisted_on)
where m.month <= (select max(u.updated_on) from trade.product u)
group by m.month, case when starts_with(p.division, '${base.division_prefix}') then p.division else '${base.city_code}' end, p.kind, p.zone
