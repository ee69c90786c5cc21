"""Ten metrics computed from their inputs: `peer_metrics.py duckdb|URL INPUTS ENDS`. URL is of PostgreSQL.

INPUTS has a csv of each input and `asked.json` with types and queries; ENDS says the last month of each metric. Prints for each
metric the median of milliseconds and its numbers by month, and what making all models as tables takes."""

import json
import statistics
import sys
import time
from pathlib import Path

ROUNDS = 7
TYPES = {"text": "text", "integer": "bigint", "float": "double precision", "boolean": "boolean", "date": "date", "time": "time",
         "timestamp": "timestamp"}  # fmt: skip


class Duck:
    """In a file, so that what it makes is kept as ours is."""

    def __init__(self, inputs: Path):
        import duckdb

        file = inputs / "peer.duckdb"
        file.unlink(missing_ok=True)
        self.connection = duckdb.connect(str(file), config={"threads": 2})

    def load(self, table: str, file: Path, columns: dict[str, str]) -> None:
        self.run(f"COPY {table} FROM '{file}' (HEADER, NULLSTR '', ALLOW_QUOTED_NULLS false)")

    def run(self, sql: str) -> list:
        return self.connection.execute(sql).fetchall()

    def ready(self) -> None:
        self.run("CHECKPOINT")


class Postgres:
    def __init__(self, url: str):
        import psycopg

        self.connection = psycopg.connect(url, autocommit=True)
        self.run("SET work_mem = '256MB'")

    def load(self, table: str, file: Path, columns: dict[str, str]) -> None:
        with self.connection.cursor().copy(f"COPY {table} FROM STDIN (FORMAT csv, HEADER)") as copy, open(file, "rb") as stream:
            while part := stream.read(1 << 20):
                copy.write(part)

    def run(self, sql: str) -> list:
        cursor = self.connection.execute(sql)
        return cursor.fetchall() if cursor.description else []

    def ready(self) -> None:
        self.run("CHECKPOINT")


def months(last: str) -> tuple[str, str]:
    """The first days of the first of twelve months and of the last."""
    year, month = int(last[:4]), int(last[5:7])
    first = f"{year - 1}-{month + 1:02}-01" if month < 12 else f"{year}-01-01"
    return first, f"{year}-{month:02}-01"


def main() -> None:
    where, inputs, ends = sys.argv[1], Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text("utf-8"))
    asked = json.loads((inputs / "asked.json").read_text("utf-8"))
    engine = Duck(inputs) if where == "duckdb" else Postgres(where)
    for schema in sorted({table.split(".")[0] for table in asked["columns"]}):
        engine.run(f"CREATE SCHEMA {schema}")
    for table, columns in asked["columns"].items():
        cells = ", ".join(f"{name} {TYPES.get(kind, kind)}" for name, kind in columns.items())
        engine.run(f"CREATE TABLE {table} ({cells})")
        engine.load(table, inputs / f"{table}.csv", columns)
    engine.ready()
    engine.run("ANALYZE")

    took, numbers = {}, {}
    for metric, of in asked["metrics"].items():
        first, last = months(ends[metric])
        also = f" AND ({of['condition']})" if of.get("condition") else ""
        sql = (
            f"SELECT month, {of['measure']} FROM ({of['model_sql']}) AS m"
            f" WHERE month BETWEEN DATE '{first}' AND DATE '{last}'{also} GROUP BY month ORDER BY month"
        )
        times = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            rows = engine.run(sql)
            times.append((time.perf_counter() - begun) * 1000)
        took[metric] = statistics.median(times)
        numbers[metric] = {str(month)[:7]: float(value) for month, value in rows if value is not None}

    queries = sorted({(of["model"], of["model_sql"]) for of in asked["metrics"].values()})
    full = []
    for _ in range(3):
        begun = time.perf_counter()
        for number, (_, sql) in enumerate(queries):
            engine.run(f"DROP TABLE IF EXISTS made_{number}")
            engine.run(f"CREATE TABLE made_{number} AS {sql}")
        engine.ready()
        full.append((time.perf_counter() - begun) * 1000)
    rows = {table: engine.run(f"SELECT count(*) FROM {table}")[0][0] for table in asked["columns"]}
    print(json.dumps({"ms": took, "numbers": numbers, "full_ms": statistics.median(full), "rows": rows}))


if __name__ == "__main__":
    main()
