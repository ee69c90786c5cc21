select c.month, c.unit, c.tracks, c.fields
from trade.contest c
