"""DuckDB's point queries on its Parquet file: `peer_point.py PARQUET KEYS COUNT`; keys after COUNT warm it up."""

import json
import sys
import time

import duckdb


def main() -> None:
    parquet, asked, count = sys.argv[1:]
    with open(asked, encoding="utf-8") as stream:
        keys = json.load(stream)
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET parquet_metadata_cache = true")
    times, names = [], {}
    for key in keys[int(count) :] + keys[: int(count)]:
        begun = time.perf_counter()
        rows = connection.execute("SELECT * FROM read_parquet(?) WHERE resident_id = ?", [parquet, key]).fetchall()
        times.append((time.perf_counter() - begun) * 1000)
        names[key] = rows[0][1]
    wanted = keys[: int(count)]
    print(json.dumps({"ms": times[-int(count) :], "names": {key: names[key] for key in wanted}}, ensure_ascii=False))


if __name__ == "__main__":
    main()
