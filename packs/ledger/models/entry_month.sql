-- 撤回的条目不再是账上的数据，不计入。
select
  e.month,
  e.owner,
  e.status,
  e.origin,
  e.sharing,
  e.opening,
  count(*) as entries,
  sum(case when e.lacks = 0 then 1 else 0 end) as complete,
  count(e.score) as scored,
  sum(cast(e.score as double)) as score_sum,
  count(e.is_fresh) as promised,
  sum(case when e.is_fresh then 1 else 0 end) as kept,
  sum(e.rows) as rows
from ledger.entry e
where e.status <> 'withdrawn'
group by e.month, e.owner, e.status, e.origin, e.sharing, e.opening
