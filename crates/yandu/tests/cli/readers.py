"""Reads what the program wrote with clients that nobody here wrote, and prints it as JSON.

readers.py delta TABLE...   every row of a Delta table, by deltalake and by DuckDB, and the rows of version 0
readers.py vectors TABLE    the rows of each version of a Delta table with deletion vectors, by deltalake, and once more
                            after deltalake has written a checkpoint
readers.py sheet FILE       the cells of the first sheet of a workbook, by openpyxl
"""

import datetime
import decimal
import json
import sys


def plain(value):
    if isinstance(value, (datetime.date, datetime.time, datetime.datetime, decimal.Decimal)):
        return str(value)
    return value


def rows(cells):
    return sorted([plain(value) for value in row] for row in cells)


def delta(path):
    import duckdb
    from deltalake import DeltaTable

    table = DeltaTable(path)
    whole = table.to_pyarrow_table()
    first = DeltaTable(path, version=0).to_pyarrow_table()
    return {
        "version": table.version(),
        "columns": {field.name: str(field.type) for field in whole.schema},
        "deltalake": rows(zip(*(column.to_pylist() for column in whole.columns))),
        "duckdb": rows(duckdb.execute("SELECT * FROM read_parquet(?)", [table.file_uris()]).fetchall()),
        "first": rows(zip(*(column.to_pylist() for column in first.columns))),
    }


def vectors(path):
    from deltalake import DeltaTable, QueryBuilder

    def read(version):
        table = DeltaTable(path, version=version)
        sql = "SELECT number, place, people, _batch, _row FROM t ORDER BY number"
        found = QueryBuilder().register("t", table).execute(sql).read_all()
        return [list(row) for row in zip(*(column.to_pylist() for column in found.columns))]

    newest = DeltaTable(path).version()
    versions = [read(version) for version in range(newest + 1)]
    DeltaTable(path).create_checkpoint()
    return {"versions": versions, "checkpointed": [read(version) for version in range(newest + 1)]}


def sheet(path):
    from openpyxl import load_workbook

    return [list(row) for row in load_workbook(path).worksheets[0].iter_rows(values_only=True)]


command, path = sys.argv[1:]
print(json.dumps({"delta": delta, "vectors": vectors, "sheet": sheet}[command](path), default=str))
