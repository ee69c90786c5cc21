"""Ten metrics computed from their inputs: `peer_metrics.py duckdb|URL INPUTS ENDS`. URL is of PostgreSQL.

INPUTS has a csv of each input and `asked.json` with types and queries; ENDS says the last month of each metric. Prints for each
metric the median of milliseconds of one query, and of a query of `AT_ONCE` that are sent together, as `metrics.py` asks; its numbers
by month; and what making all models as tables takes."""

import json
import re
import statistics
import sys
import time
from pathlib import Path

ROUNDS = 7
# How many queries are sent at once, and how many milliseconds one may take for it: longer ones gain nothing.
AT_ONCE, QUICK_MS = 200, 20
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

    def many(self, sql: str, count: int) -> None:
        for _ in range(count):
            self.run(sql)

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

    def many(self, sql: str, count: int) -> None:
        with self.connection.pipeline():
            for cursor in [self.connection.execute(sql) for _ in range(count)]:
                cursor.fetchall()

    def ready(self) -> None:
        self.run("CHECKPOINT")


def span(last: str, column: str, points: int) -> tuple[str, str]:
    """The first days of the first period and of the last."""
    if column == "year":
        return f"{int(last[:4]) - points + 1}-01-01", f"{last[:4]}-01-01"
    months = int(last[:4]) * 12 + int(last[5:7]) - points
    return f"{months // 12}-{months % 12 + 1:02}-01", f"{last[:7]}-01"


def main() -> None:
    where, inputs, ends = sys.argv[1], Path(sys.argv[2]), json.loads(Path(sys.argv[3]).read_text("utf-8"))
    asked = json.loads((inputs / "asked.json").read_text("utf-8"))
    engine = Duck(inputs) if where == "duckdb" else Postgres(where)
    for schema in sorted({table.split(".")[0] for table in [*asked["columns"], *asked["models"]]}):
        engine.run(f"CREATE SCHEMA {schema}")
    for table, columns in asked["columns"].items():
        cells = ", ".join(f"{name} {TYPES.get(kind, kind)}" for name, kind in columns.items())
        engine.run(f"CREATE TABLE {table} ({cells})")
        engine.load(table, inputs / f"{table}.csv", columns)
    for model, sql in asked["models"].items():
        engine.run(f"CREATE VIEW {model} AS {sql}")
    engine.ready()
    engine.run("ANALYZE")

    took, at_once, numbers = {}, {}, {}
    for metric, of in asked["metrics"].items():
        column = of["column"]
        first, last = span(ends[metric], column, of["points"])
        also = f" AND ({of['condition']})" if of["condition"] else ""
        sql = (
            f"SELECT {column}, {of['measure']} FROM {of['model']}"
            f" WHERE {column} BETWEEN DATE '{first}' AND DATE '{last}'{also} GROUP BY {column} ORDER BY {column}"
        )
        times = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            rows = engine.run(sql)
            times.append((time.perf_counter() - begun) * 1000)
        took[metric] = at_once[metric] = statistics.median(times)
        if took[metric] < QUICK_MS:
            times = []
            for _ in range(ROUNDS):
                begun = time.perf_counter()
                engine.many(sql, AT_ONCE)
                times.append((time.perf_counter() - begun) * 1000 / AT_ONCE)
            at_once[metric] = statistics.median(times)
        numbers[metric] = {
            str(day)[: 4 if column == "year" else 7]: float(value) for day, value in rows if value is not None
        }

    # As tables, each made from those before it.
    full = []
    engine.run("CREATE SCHEMA made")
    for _ in range(3):
        begun = time.perf_counter()
        for model, sql in asked["models"].items():
            for other in asked["models"]:
                sql = re.sub(rf"\b{re.escape(other)}\b", f"made.{other.replace('.', '_')}", sql)
            table = f"made.{model.replace('.', '_')}"
            engine.run(f"DROP TABLE IF EXISTS {table}")
            engine.run(f"CREATE TABLE {table} AS {sql}")
        engine.ready()
        full.append((time.perf_counter() - begun) * 1000)
    rows = {table: engine.run(f"SELECT count(*) FROM {table}")[0][0] for table in asked["columns"]}
    print(json.dumps({"ms": took, "at_once_ms": at_once, "numbers": numbers, "full_ms": statistics.median(full), "rows": rows}))


if __name__ == "__main__":
    main()
