"""All models of the packs over the whole city: every model from all rows, then after one small batch for each register.

Every register of the simulated city is collected once. A server that starts on it makes every model for the first time; that
is the full refresh. Then 50 rows of each register that a model reads come again with a changed figure, and the models are
refreshed; the share is the time of that refresh in the time of the full one, model by model. At the end every model is made
from all rows once more, and has to be what the small steps had made of it, row for row."""

import csv
import hashlib
import shutil
import subprocess
import time
from pathlib import Path

from measure import Context, Failed, Goal, Report, median, run, same
from server import Server

SEED = 7
DATA = "models-data"
STATIONS = "127.0.0.1:8656"
SETTINGS = [f"settings.air.air_api=http://{STATIONS}/api/stations/readings"]
ROWS = 50
NUMBERS = ("integer", "decimal", "float", "int64", "double")


def collected(context: Context) -> tuple[Path, bool]:
    """A data folder with every register, and whether it is new: made once for each size and each set of sources, because
    simulating takes long."""
    sources = sorted(f"{path.parent.parent.name}/{path.name}" for path in context.packs.glob("*/sources/*.yaml"))
    digest = hashlib.sha256("\n".join(sources).encode()).hexdigest()[:12]
    data, made = context.work / DATA, context.work / f"{DATA}-{context.people}-{digest}.made"
    if made.exists() and data.exists():
        return data, False
    for old in context.work.glob(f"{DATA}*"):
        shutil.rmtree(old) if old.is_dir() else old.unlink()
    city = context.folder("models-city")
    run(context.command("city", "simulate", "--people", context.people, "--seed", SEED, "--out", city))
    data.mkdir()
    shutil.move(city / "inbox", data / "inbox")
    shutil.rmtree(city)
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    air = stations(context)
    try:
        with Server(context, context.folder("models-sources"), settings=SETTINGS) as server:
            sources = [source["id"] for source in server.request("GET", "/api/v1/sources")["sources"]]
        for source in sources:
            try:
                run(context.command(*settings, "collect", source, "--json", data=data))
            except Failed as failed:
                print(f"  {source} is not collected: {str(failed)[-300:]}", flush=True)
    finally:
        air.terminate()
        air.wait(timeout=30)
    shutil.rmtree(data / "inbox", ignore_errors=True)
    made.touch()
    return data, True


def stations(context: Context) -> subprocess.Popen:
    """The interface of the city's air stations, where the settings look for it."""
    served = subprocess.Popen(context.command("city", "serve", "--seed", SEED, "--listen", STATIONS), stdout=subprocess.PIPE)
    if not served.stdout.readline():
        raise Failed(f"`yandu city serve` ended with {served.wait()}: is something else on {STATIONS}?")
    return served


def settled(server: Server) -> list[dict]:
    """The models, once none is being refreshed or waits for it."""
    calm = 0
    while True:
        models = server.request("GET", "/api/v1/models")["models"]
        failed = [model["id"] for model in models if model["state"] == "failed"]
        if failed:
            raise Failed(f"models failed: {failed}")
        calm = calm + 1 if all(model["state"] == "fresh" for model in models) else 0
        if calm >= 3:
            return models
        time.sleep(0.05)


def content(server: Server, model: str) -> list:
    """A model without the marks of its batches: how many rows, and a sum over all columns of each.

    The last digits of a sum of floats follow from the order of the rows, so floats are compared to six decimals."""
    texts = []
    for column in server.request("GET", f"/api/v1/datasets/{model}")["columns"]:
        name = column["name"]
        if not name.startswith("_"):
            value = f"round({name}, 6)" if column["type"] == "float" else name
            texts.append(f"coalesce(CAST({value} AS VARCHAR), '␀')")
    parts = ", ".join(texts)
    # Digits of a hash as numbers, whose sums do not depend on the order of the rows.
    digest = f"md5(concat_ws('|', {parts}))"
    sums = ", ".join(
        f"sum(CAST(position(substr({digest}, {at}, 1) IN '0123456789abcdef') AS BIGINT) * {at})" for at in range(1, 5)
    )
    return server.query(f"SELECT count(*), {sums} FROM {model}")[0]


def small_batch(context: Context, server: Server, dataset: str) -> bool:
    """Delivers some rows of a register again, with a figure that has changed."""
    detail = server.request("GET", f"/api/v1/datasets/{dataset}")
    if not detail["key"]:
        return False
    columns = [column for column in detail["columns"] if not column["name"].startswith("_")]
    names = [column["name"] for column in columns]
    rows = server.query(f"SELECT {', '.join(names)} FROM {dataset} ORDER BY {', '.join(detail['key'])} LIMIT {ROWS}")
    if not rows:
        return False
    figures = [
        at for at, column in enumerate(columns)
        if column["name"] not in detail["key"] and str(column.get("type", "")).lower().startswith(NUMBERS)
    ]  # fmt: skip
    # A changed figure may break a check (parts that no longer add up): then another one, and at last the rows as they are.
    for figure in [*figures, None]:
        file = context.work / "small.csv"
        with open(file, "w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            # A column that nobody declares makes the delivery another one than that of an earlier run.
            writer.writerow([*names, "bench"])
            for row in rows:
                cells = list(row)
                if figure is not None and cells[figure] is not None:
                    cells[figure] = float(cells[figure]) + 1 if "." in str(cells[figure]) else int(cells[figure]) + 1
                writer.writerow([*("" if cell is None else cell for cell in cells), time.time_ns()])
        outcome = server.deliver(dataset, file, "upsert")
        if outcome["status"] != "collected":
            raise Failed(f"the small batch for {dataset} is {outcome['status']}: {outcome.get('error')}")
        if outcome["rows_kept"] > 0:
            return True
    raise Failed(f"no row of the small batch for {dataset} is kept")


def bench(context: Context) -> Report:
    report = Report("Models", __doc__, header=["model", "rows", "full ms", "after a small batch", "ms", "share"])
    data, is_new = collected(context)
    # The state of the models is made anew in each run of the benchmark.
    with Server(context, data, settings=SETTINGS) as server:
        models = settled(server)
        full_s = time.perf_counter() - server.begun
        full_runs = [newest(server, model["id"]) for model in models]
        if not is_new or any(one["mode"] != "full" for one in full_runs):
            begun = time.perf_counter()
            full_runs = server.request("POST", "/api/v1/models/run", {"full": True})["runs"]
            full_s = time.perf_counter() - begun
        full = {one["model"]: one["duration_ms"] for one in full_runs if one["status"] == "done"}
        same("models refreshed in full", sorted(full), sorted(model["id"] for model in models))

        known = {model["id"] for model in models}
        registers = sorted({name for model in models for name in model["inputs"] if name not in known})
        before = {model: newest(server, model)["id"] for model in known}
        small, skipped = {}, []
        for register in registers:
            if not small_batch(context, server, register):
                skipped.append(register)
                continue
            server.request("POST", "/api/v1/models/run", {"full": False})
            settled(server)
            for model in known:
                # One delivery may be followed by several refreshes: the server's own, and the one asked for.
                later = [one for one in newest_runs(server, model) if one["id"] > before[model]]
                before[model] = max([before[model], *(one["id"] for one in later)])
                small.setdefault(model, []).extend(later)
        possible = {model: server.request("GET", f"/api/v1/models/{model}")["mode_possible"] for model in known}
        stepped = {model: content(server, model) for model in known}
        server.request("POST", "/api/v1/models/run", {"full": True})
        for model in sorted(known):
            same(f"{model}, by steps and in full", stepped[model], content(server, model))
        rows = {model["id"]: model["rows"] for model in server.request("GET", "/api/v1/models")["models"]}

    shares = {}
    for model in sorted(known):
        runs = [one for one in small.get(model, []) if one["mode"] != "unchanged"]
        mode = ", ".join(sorted({one["mode"] for one in runs})) or "not touched"
        slowest = max((one["duration_ms"] for one in runs), default=None)
        share = None if slowest is None else slowest / max(full[model], 1)
        if share is not None and all(one["mode"] == "incremental" for one in runs):
            shares[model] = share
        report.rows.append([
            model, f"{rows[model]:,}", f"{full[model]:,}", mode, "-" if slowest is None else f"{slowest:,}",
            "-" if share is None else f"{share * 100:.1f} %",
        ])  # fmt: skip
    incremental = [model for model in known if possible[model]["incremental"]]
    below = [model for model, share in shares.items() if share <= 0.05]
    slow = sum(max(one["duration_ms"] for one in small[model]) for model in shares)
    of = sum(full[model] for model in shares)
    people = f"{context.people / 1e6:g} M city"
    report.goals = [
        Goal(f"full refresh of all {len(known)} models of the {people}", "< 120 s", full_s, 120, "s"),
        Goal("models that the ledger says are followed by steps", "≥ half", len(incremental), len(known) / 2 - 0.01, "",
             higher=True),
        Goal("refresh after one small batch, share of full, where by steps", "≤ 5 %", 100 * slow / max(of, 1), 5, "%",
             why=f"{len(below)} of {len(shares)} models are below by themselves"),
        Goal("models refreshed by steps in at most 5 % of full", "≥ half", len(below), len(known) / 2 - 0.01, "", higher=True),
    ]  # fmt: skip
    whole = sorted(f"{model} ({possible[model]['why']})" for model in known if model not in incremental)
    report.notes += [
        f"In full: {'; '.join(whole) or 'none'}.",
        f"The middle share of a model by steps is {100 * median(shares.values() or [0]):.1f} %. Every model was afterwards what"
        " a full refresh makes.",
    ]
    if skipped:
        report.notes.append(f"No small batch was delivered to {', '.join(skipped)}: no key, or no rows.")
    return report


def newest_runs(server: Server, model: str, limit: int = 50) -> list[dict]:
    return server.request("GET", f"/api/v1/models/{model}/runs?limit={limit}")["runs"]


def newest(server: Server, model: str) -> dict:
    return newest_runs(server, model, 1)[0]
