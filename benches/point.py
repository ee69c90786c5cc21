"""One resident by number, all columns, over HTTP from a running server; the lake is that of the ingest benchmark. Warm is
the median of 50 keys that were not asked before; cold is the first question to a server that has just started. DuckDB
asks its own Parquet file in a process that runs already, for the same keys."""

import json
import time

import ingest
from measure import Context, Failed, Goal, Report, median, run, same
from server import Server

KEYS = 50
STARTS = 5


def ask(server: Server, key: str) -> tuple[float, list]:
    begun = time.perf_counter()
    rows = server.query(f"SELECT * FROM population.resident WHERE resident_id = '{key}'")
    return time.perf_counter() - begun, rows


def bench(context: Context) -> Report:
    data, parquet = context.work / ingest.DATA, context.work / ingest.PARQUET
    if not data.exists() or not parquet.exists():
        raise Failed("it needs the lake of `ingest`: run that first")
    report = Report("Point query", __doc__, header=["side", "median ms", "fastest ms", "slowest ms"])

    with Server(context, data) as server:
        ((count,),) = server.query("SELECT count(*) FROM population.resident")
        step = max(count // (KEYS + 10), 1)
        picked = server.query(
            f"SELECT resident_id FROM population.resident WHERE _row % {step} = 0 ORDER BY _row LIMIT {KEYS + 10}"
        )
        keys = [key for (key,) in picked]
        for key in keys[KEYS:]:
            ask(server, key)
        warm, found = [], {}
        for key in keys[:KEYS]:
            taken, rows = ask(server, key)
            same(f"rows of {key}", [cells[0] for cells in rows], [key])
            warm.append(taken * 1000)
            found[key] = rows[0][1]
    cold = []
    for key in keys[:STARTS]:
        with Server(context, data) as server:
            cold.append(ask(server, key)[0] * 1000)
    asked = context.work / "keys.json"
    asked.write_text(json.dumps(keys), encoding="utf-8")
    answer = json.loads(run(context.peer("peer_point.py", parquet, asked, KEYS)).out)
    same("names found", found, answer["names"])
    peer = answer["ms"]

    for side, times in [("ours, warm", warm), ("ours, cold", cold), ("DuckDB, warm", peer)]:
        report.rows.append([side, f"{median(times):.1f}", f"{min(times):.1f}", f"{max(times):.1f}"])
    work = f"point query on {count / 1e6:.2g} M rows by key"
    report.goals = [
        Goal(f"{work}, warm", "< 20 ms", median(warm), 20, "ms", why=f"DuckDB takes {median(peer):.0f} ms"),
        Goal(f"{work}, first after a start", "< 20 ms", median(cold), 20, "ms", why="files and their ends are opened first"),
    ]
    return report
