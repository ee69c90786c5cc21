"""The orders of TPC-H in PostgreSQL under their key: `peer_wire.py URL INPUTS`."""

import sys
from pathlib import Path

from peer_tpch import Postgres

peer = Postgres(sys.argv[1])
peer.load("orders", Path(sys.argv[2]) / "orders.csv")
peer.connection.execute("VACUUM ANALYZE tpch.orders")
