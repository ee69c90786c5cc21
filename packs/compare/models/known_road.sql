select
  e.road,
  sum(e.household) as households,
  sum(e.listed) as listed
from (
  select regexp_match(h.address, '^.*(?:街道|市|区|县|镇|乡|场|园)([\p{Han}]{1,10}?(?:大道|路|街|巷|弄))([0-9]{1,6})号')[1] as road, 1 as household, 0 as listed
  from population.household h
  union all
  select s.name as road, 0 as household, 1 as listed
  from compare.street s
) e
where e.road is not null
group by e.road
