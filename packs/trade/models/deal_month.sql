-- 专区和区划取自挂牌产品；供方在外地的、挂牌编号查无此项的，照计金额，区划记为本市。
select
  cast(date_trunc('month', d.signed_on) as date) as month,
  case when starts_with(p.division, '${base.division_prefix}') then p.division else '${base.city_code}' end as division,
  coalesce(p.zone, 'general') as zone,
  d.place,
  count(*) as deals,
  sum(d.amount) as amount,
  sum(case when d.status = 'settled' then d.amount else cast(0 as decimal(16,2)) end) as settled
from trade.deal d
left join trade.product p on p.listing_no = d.listing_no
where d.status <> 'cancelled'
group by cast(date_trunc('month', d.signed_on) as date), case when starts_with(p.division, '${base.division_prefix}') then p.division else '${base.city_code}' end, coalesce(p.zone, 'general'), d.place
