"""A wall for an hour: a simulated city of 20,000 people is served, Debian's Chromium shows a board of it as on a wall, one county
or zone after the other every ten seconds, and five seconds after each delivery the next one changes its numbers. `web/e2e/soak.mjs` has all
garbage collected once a minute and reads what is left of the heap. What is fetched and compiled once comes in the beginning, so
the slope of a straight line through the second half counts: what it grows by in that half, as a share of the heap after the first minute.
`BENCH_SOAK_MINUTES` makes it shorter, which says less."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import metrics
import models
import pages
from measure import Context, Failed, Goal, Report, run
from server import Server

MINUTES = float(os.environ.get("BENCH_SOAK_MINUTES", "60"))
FULL_MINUTES = 60
PEOPLE = 20_000
BOARD = "telecom.network"
METRIC = "telecom.new_station"
PAUSE_S = 5
SHARE = 5


def bench(context: Context) -> Report:
    if MINUTES <= 0:
        raise Failed(f"BENCH_SOAK_MINUTES is {MINUTES:g}: it takes more than no time")
    web = pages.web(context)
    report = Report("A wall for an hour", __doc__, header=["what", "at the start", "at the end"])
    city, data = context.folder("soak-city"), context.folder("soak-data")
    run(context.command("city", "simulate", "--people", PEOPLE, "--seed", models.SEED, "--out", city))
    shutil.move(city / "inbox", data / "inbox")
    stations = models.stations(context)
    try:
        with Server(context, data, settings=models.SETTINGS) as server:
            ready = subprocess.run(
                ["node", "e2e/ready.mjs", server.address],
                cwd=web, capture_output=True, text=True, env={**os.environ, "READY_SECONDS": "900"},
            )  # fmt: skip
            if ready.returncode != 0:
                raise Failed(f"ready.mjs ended with {ready.returncode}: {ready.stderr[-1500:]}")
            told, delivered, moved = watched(context, server, web)
    finally:
        stations.terminate()
        stations.wait(timeout=30)
    if told["faults"]:
        raise Failed(f"the wall failed: {told['faults'][:3]}")
    if moved == 0:
        raise Failed("no delivery changed a number, so that the wall stood still")
    for what, first, last, unit in (
        ("heap after garbage collection", told["heap_first_bytes"] / 1e6, told["heap_last_bytes"] / 1e6, " MB"),
        ("nodes of the document", told["nodes_first"], told["nodes_last"], ""),
        ("listeners", told["listeners_first"], told["listeners_last"], ""),
    ):
        digits = 1 if unit else 0
        report.rows.append([what, f"{first:,.{digits}f}{unit}", f"{last:,.{digits}f}{unit}"])
    report.notes.append(
        f"{MINUTES:g} minutes, {delivered} deliveries, after {moved} of which the number was another one; at most"
        f" {told['heap_most_bytes'] / 1e6:.1f} MB; {told['stalls']} times the page stood still, at most {told['longest_stall_ms']} ms."
    )
    if MINUTES < FULL_MINUTES:
        report.notes.append(f"**{MINUTES:g} minutes of {FULL_MINUTES}: the verdict is provisional.**")
    report.goals = [
        Goal(f"heap of a wall, growth in the second half of {MINUTES:g} minutes", f"≤ {SHARE} %", told["growth_percent"], SHARE, "%",
             why=f"{told['heap_first_bytes'] / 1e6:.1f} MB became {told['heap_last_bytes'] / 1e6:.1f} MB"),
    ]  # fmt: skip
    return report


def watched(context: Context, server: Server, web: Path) -> tuple[dict, int, int]:
    """What the browser tells, how many deliveries came meanwhile, and after how many of them the number was another."""
    names, rows = metrics.stations_of(server, 0)
    day = names.index("opened_on")
    # The same stations, by turns in the year and before it.
    sides = [[[*row[:day], "2024-12-01", *row[day + 1 :]] for row in rows], rows]
    before, delivered, moved = number(server), 0, 0
    watching = subprocess.Popen(
        ["node", "e2e/soak.mjs", server.address, BOARD],
        cwd=web, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "MINUTES": f"{MINUTES:g}", "CYCLE": "10", "GROWTH_PERCENT": str(SHARE)},
    )  # fmt: skip
    try:
        while watching.poll() is None:
            file = metrics.delivery(context, "soak", names, sides[delivered % 2])
            outcome = server.deliver(metrics.STATIONS, file, "upsert")
            if outcome["status"] != "collected":
                raise Failed(f"delivery {delivered + 1} is {outcome['status']}: {outcome.get('error')}")
            delivered += 1
            time.sleep(PAUSE_S)
            now = number(server)
            moved, before = moved + (now != before), now
    finally:
        watching.terminate()
        out, err = watching.communicate(timeout=60)
    # It fails when the heap grew by more than it may, and has told then by how much.
    if not out.strip():
        raise Failed(f"soak.mjs ended with {watching.returncode}: {err[-1500:]}")
    return json.loads(out.strip().splitlines()[-1]), delivered, moved


def number(server: Server) -> float | None:
    ask = {"metric": METRIC, "period": "2025"}
    answer = server.request("POST", "/api/v1/metrics/ask", {"asks": [ask]})["outcomes"][0]["answer"]
    return answer["groups"][0]["points"][-1]["value"]
