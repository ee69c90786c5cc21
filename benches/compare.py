"""Rows of a Delta table against those of a peer, whatever their order: `compare.py TABLE PEER COLUMN…`.

PEER is a Parquet file or a Delta table. Both are opened by readers that this project did not write. Prints count and
digest of each."""

import json
import sys
from pathlib import Path

import duckdb
from deltalake import DeltaTable


def files(path: str) -> list[str]:
    return DeltaTable(path).file_uris() if Path(path).is_dir() else [path]


def digest(path: str, columns: list[str]) -> dict:
    connection = duckdb.connect(config={"threads": 2})
    cells = ", ".join(f"coalesce(\"{column}\"::VARCHAR, chr(0))" for column in columns)
    count, total, folded = connection.execute(
        f"SELECT count(*), sum(h::HUGEINT), bit_xor(h) FROM (SELECT hash({cells}) AS h FROM read_parquet(?))",
        [[file.removeprefix("file://") for file in files(path)]],
    ).fetchone()
    return {"rows": count, "sum": str(total), "xor": str(folded)}


def main() -> None:
    ours, peer, *columns = sys.argv[1:]
    print(json.dumps([digest(ours, columns), digest(peer, columns)]))


if __name__ == "__main__":
    main()
