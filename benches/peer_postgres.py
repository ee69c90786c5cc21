"""A PostgreSQL table into a Delta table, the plain way: `peer_postgres.py PSQL URL TABLE`."""

import json
import subprocess
import sys

import pyarrow as pa
import pyarrow.csv
from deltalake import write_deltalake

TYPES = {
    "id": pa.int64(), "person": pa.string(), "ward": pa.string(), "kind": pa.int64(), "amount": pa.decimal128(12, 2),
    "share": pa.float64(), "active": pa.bool_(), "day": pa.date32(), "at": pa.timestamp("us"), "remark": pa.string(),
}  # fmt: skip


def main() -> None:
    psql, url, table = sys.argv[1:]
    pa.set_cpu_count(2)
    copy = f"COPY (SELECT {', '.join(TYPES)} FROM bench) TO STDOUT (FORMAT csv, HEADER)"
    rows = 0
    with subprocess.Popen([psql, "-q", url, "-c", copy], stdout=subprocess.PIPE) as child:
        options = pyarrow.csv.ConvertOptions(
            column_types=TYPES, true_values=["t"], false_values=["f"], strings_can_be_null=True
        )
        reader = pyarrow.csv.open_csv(
            child.stdout, read_options=pyarrow.csv.ReadOptions(block_size=4 << 20), convert_options=options
        )

        def batches():
            nonlocal rows
            for batch in reader:
                rows += batch.num_rows
                yield batch

        write_deltalake(table, pa.RecordBatchReader.from_batches(reader.schema, batches()))
    if child.returncode:
        raise SystemExit(f"psql ended with {child.returncode}")
    print(json.dumps({"rows": rows}))


if __name__ == "__main__":
    main()
