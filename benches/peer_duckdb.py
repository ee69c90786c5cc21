"""DuckDB's side of the ingest benchmark, a process of its own: `peer_duckdb.py CSV PARQUET`."""

import json
import re
import sys
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
LISTS = ["sex", "ethnicity", "relation", "education", "marital"]


def codes(name: str) -> str:
    """The codes of a list of the base pack as SQL texts: both sides read the same lists."""
    text = (ROOT / "packs/base/codes" / f"{name}.yaml").read_text(encoding="utf-8")
    values = text.split("\nvalues:", 1)[1].split("\nsynonyms:", 1)[0]
    found = re.findall(r'^\s*"([^"]+)":', values, re.MULTILINE)
    if not found:
        raise SystemExit(f"no codes in the list `{name}`")
    return ", ".join(f"'{code}'" for code in found)


def statements(csv: str, parquet: str) -> str:
    text = (ROOT / "benches/sql/ingest.sql").read_text(encoding="utf-8")
    values = {name: codes(name) for name in LISTS} | {"csv": csv, "parquet": parquet}
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text)


def main() -> None:
    csv, parquet = sys.argv[1:]
    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    connection.execute(statements(csv, parquet))
    (rows,) = connection.execute("SELECT sum(num_rows) FROM parquet_file_metadata(?)", [parquet]).fetchone()
    print(json.dumps({"rows_kept": int(rows)}))


if __name__ == "__main__":
    main()
