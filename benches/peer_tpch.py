"""The queries of TPC-H beside it: `peer_tpch.py duckdb|URL INPUTS RUNS`. URL is of PostgreSQL, where a role asks that row security
holds for; DuckDB has the same filter in a view. Prints the median milliseconds and the rows of each query."""

import json
import statistics
import sys
import time
from pathlib import Path

from door import FILTER, TABLES, queries, written

LIMIT_S = 120
FOREIGN = {
    "lineitem": ["l_orderkey", "l_partkey, l_suppkey", "l_suppkey", "l_shipdate"], "orders": ["o_custkey", "o_orderdate"],
    "customer": ["c_nationkey"], "supplier": ["s_nationkey"], "partsupp": ["ps_suppkey"],
}  # fmt: skip


class Duck:
    def __init__(self):
        import duckdb

        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("CREATE SCHEMA tpch")

    def load(self, table: str, file: Path) -> None:
        key, told = TABLES[table]
        self.connection.execute(f"CREATE TABLE tpch.{table} ({told})")
        self.connection.execute(f"COPY tpch.{table} FROM '{file}' (HEADER)")

    def ready(self) -> dict[str, str]:
        return {"lineitem": f"SELECT * FROM tpch.lineitem WHERE {FILTER}"}

    def ask(self, sql: str) -> list | None:
        return self.connection.execute(sql).fetchall()


class Postgres:
    def __init__(self, url: str):
        import psycopg

        self.cancelled = psycopg.errors.QueryCanceled
        self.connection = psycopg.connect(url, autocommit=True)
        self.connection.execute("CREATE SCHEMA tpch")

    def load(self, table: str, file: Path) -> None:
        key, told = TABLES[table]
        self.connection.execute(f"CREATE TABLE tpch.{table} ({told})")
        with self.connection.cursor().copy(f"COPY tpch.{table} FROM STDIN (FORMAT csv, HEADER)") as copy, open(file, "rb") as stream:
            while part := stream.read(1 << 20):
                copy.write(part)
        self.connection.execute(f"ALTER TABLE tpch.{table} ADD PRIMARY KEY ({key})")
        for columns in FOREIGN.get(table, []):
            self.connection.execute(f"CREATE INDEX ON tpch.{table} ({columns})")

    def ready(self) -> dict[str, str]:
        for command in (
            "CREATE ROLE reader", "GRANT USAGE ON SCHEMA tpch TO reader", "GRANT SELECT ON ALL TABLES IN SCHEMA tpch TO reader",
            "ALTER TABLE tpch.lineitem ENABLE ROW LEVEL SECURITY",
            f"CREATE POLICY seen ON tpch.lineitem FOR SELECT TO reader USING ({FILTER})",
            "VACUUM ANALYZE", "SET ROLE reader", "SET work_mem = '256MB'", f"SET statement_timeout = '{LIMIT_S}s'",
        ):  # fmt: skip
            self.connection.execute(command)
        return {}

    def ask(self, sql: str) -> list | None:
        try:
            return self.connection.execute(sql).fetchall()
        except self.cancelled:
            return None


def main() -> None:
    side, inputs, runs = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    peer = Duck() if side == "duckdb" else Postgres(side)
    for table in TABLES:
        peer.load(table, inputs / f"{table}.csv")
    tables = peer.ready()
    out = {"ms": [], "rows": [], "not ended": []}
    text = (Path(__file__).parent / "sql/tpch.sql").read_text(encoding="utf-8")
    for number, query in enumerate(queries(text), 1):
        sql, times, rows = written(query, tables), [], None
        for round in range(runs + 1):
            begun = time.perf_counter()
            rows = peer.ask(sql)
            if rows is None:
                out["not ended"].append(number)
                times = [LIMIT_S * 1000]
                break
            if round:
                times.append((time.perf_counter() - begun) * 1000)
        out["ms"].append(statistics.median(times))
        out["rows"].append(rows)
    print(json.dumps(out, default=str))


if __name__ == "__main__":
    main()
