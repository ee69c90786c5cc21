"""Point queries over the PostgreSQL wire: `pgbench` with 32 connections and prepared statements asks for one order of TPC-H by its
key, of a principal that sees all of the table. A quarter of the keys that are asked for are there. PostgreSQL has the same rows under
a primary key; the two are asked in turns. The processor is shared with `pgbench`, which PostgreSQL leaves less of it. Ours keeps rows
that are looked up in memory; what it does when they do not fit there is asked with less of it."""

import os
import re
from pathlib import Path

import door
from measure import Context, Failed, Goal, Report, median, run
from postgres import postgres
from server import Server, Somebody, Town

SECONDS = int(os.environ.get("BENCH_WIRE_SECONDS", "10"))
CONNECTIONS = 32
LITTLE = "32 MiB"
SCRIPT = "\\set key random(1, {last})\nSELECT * FROM tpch.orders WHERE o_orderkey = :key;\n"


def pgbench(program: Path, script: Path, url: str, secret: str | None = None) -> tuple[float, float]:
    """Transactions a second, and the mean milliseconds of one."""
    command = [str(program), "-n", "-M", "prepared", "-c", str(CONNECTIONS), "-j", "1", "-T", str(SECONDS), "-f", str(script), url]
    told = run(command, {"PGPASSWORD": secret} if secret else {}).out
    found = re.search(r"latency average = ([\d.]+) ms.*tps = ([\d.]+)", told, re.DOTALL)
    if not found or "number of failed transactions: 0 " not in told:
        raise Failed(f"pgbench: {told}")
    return float(found[2]), float(found[1])


def line(server: Server, token: Somebody) -> str:
    host, port = server.wire.rsplit(":", 1)
    return f"host={host} port={port} user={token.login} dbname=yandu sslmode=disable"


def bench(context: Context) -> Report:
    report = Report("Point queries over the wire", __doc__, header=["side", "run", "queries a second", "mean ms"])
    inputs, packs = door.generated(context), door.pack(context)
    data = door.collected(context, "wire-data", inputs, packs, ["orders"])
    ours, peer = [], []
    script = context.work / "point.sql"
    with postgres() as (psql, url):
        program = psql.parent / "pgbench"
        with Server(context, data, packs=packs, wire=True) as server:
            town = Town(server, "基准")
            token = town.token("filtered", "analyst")
            run(context.peer("peer_wire.py", url, inputs))
            last = server.query("SELECT max(o_orderkey) FROM tpch.orders", town.local)[0][0]
            script.write_text(SCRIPT.format(last=last), encoding="utf-8")
            for number in range(1, context.runs + 1):
                for side, times, at, key in (("ours", ours, line(server, token), token.secret), ("PostgreSQL", peer, url, None)):
                    tps, ms = pgbench(program, script, at, key)
                    times.append(tps)
                    report.rows.append([side, str(number), f"{tps:,.0f}", f"{ms:.2f}"])
        with Server(context, data, packs=packs, wire=True, settings=[f"lookup_memory={LITTLE}"]) as server:
            tps, ms = pgbench(program, script, line(server, token), token.secret)
            report.rows.append([f"ours, {LITTLE} for rows that are looked up", "1", f"{tps:,.0f}", f"{ms:.2f}"])
    ratio = median(one / other for one, other in zip(ours, peer, strict=True))
    report.goals = [
        Goal("point queries over the wire, 32 connections, against PostgreSQL", "≥ 0.3 ×", ratio, 0.3, "×", higher=True),
    ]
    return report
