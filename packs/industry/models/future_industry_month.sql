select f.month, f.unit, f.achieved
from industry.future_industry f
