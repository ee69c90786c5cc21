"""The lineage of one column in a graph of 100,000 columns, over HTTP from a running server. Packs declare tables of 100
columns: a tenth are collected, the others are models in ten layers, each a join of two tables of the layer before, and each of
its columns is made of one column of either. What is asked for is every column that a collected column flows into, however far;
each question is about another column. The script knows the flows, because it made them, and compares."""

import random
import time
from collections import defaultdict, deque

from measure import Context, Goal, Report, median, p99, same
from server import Server

WIDTH, LAYERS = 100, 10
ASKED = 60


def declare(context: Context) -> tuple[object, dict[str, list[str]], list[str], int]:
    """The packs; each column with those that it flows into; the collected tables; the number of columns."""
    folder = context.folder("lineage-packs") / "b0"
    for kind in ("datasets", "models"):
        (folder / kind).mkdir(parents=True)
    (folder / "pack.yaml").write_text("pack: b0\nversion: 0.1.0\ntitle: {zh: 血缘}\npoints: [1]\n", encoding="utf-8")
    random_ = random.Random(7)
    tables = max(context.columns // WIDTH, 2 * LAYERS)
    layer_size = tables // LAYERS
    flows, before, bases = defaultdict(list), [], []
    for layer in range(LAYERS):
        names = [f"t{layer}_{at}" for at in range(layer_size)]
        for name in names:
            origin = "collect" if layer == 0 else "model"
            columns = "".join(f"  c{at}: {{title: {{zh: 第{at}列}}, type: integer, required: false}}\n" for at in range(WIDTH))
            text = (
                f"dataset: b0.{name}\ntitle: {{zh: {name}}}\nowner: 基准\norigin: {origin}\n"
                f"sharing: {{class: unconditional}}\nopening: closed\nrefresh: daily\ncolumns:\n{columns}"
            )
            if layer == 0:
                (folder / f"datasets/{name}.yaml").write_text(text, encoding="utf-8")
                bases.append(name)
                continue
            (folder / f"models/{name}.yaml").write_text(text, encoding="utf-8")
            left, right = random_.sample(before, 2) if len(before) > 1 else (before[0], before[0])
            picked = []
            for at in range(WIDTH):
                a, b = random_.randrange(WIDTH), random_.randrange(WIDTH)
                picked.append(f"a.c{a} + b.c{b} AS c{at}")
                flows[f"b0.{left}.c{a}"].append(f"b0.{name}.c{at}")
                flows[f"b0.{right}.c{b}"].append(f"b0.{name}.c{at}")
            sql = f"SELECT {', '.join(picked)}\nFROM b0.{left} a JOIN b0.{right} b ON a.c0 = b.c0\n"
            (folder / f"models/{name}.sql").write_text(sql, encoding="utf-8")
        before = names
    return folder.parent, flows, bases, LAYERS * layer_size * WIDTH


def reached(flows: dict[str, list[str]], column: str) -> set[str]:
    seen, waiting = {column}, deque([column])
    while waiting:
        for target in flows.get(waiting.popleft(), []):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def bench(context: Context) -> Report:
    report = Report("Lineage", __doc__, header=["question", "times", "median ms", "p99 ms", "slowest ms"])
    packs, flows, bases, columns = declare(context)
    data = context.folder("lineage-data")
    times, sizes = [], []
    with Server(context, data, packs) as server:
        started = time.perf_counter() - server.begun
        random_ = random.Random(11)
        asked = list(dict.fromkeys(f"b0.{random_.choice(bases)}.c{random_.randrange(WIDTH)}" for _ in range(2 * ASKED)))
        for number, column in enumerate(asked[: ASKED + 1]):
            taken, answer = server.timed(
                "GET", f"/api/v1/lineage?of={column}&direction=down&depth={LAYERS + 1}&columns=true"
            )
            direct = defaultdict(list)
            for edge in answer["edges"]:
                if edge["kind"] in ("copied", "transformed", "aggregated"):
                    direct[edge["from"]].append(edge["to"])
            same("whether the answer was cut off", answer["truncated"], False)
            same(f"columns that {column} flows into", reached(direct, column), reached(flows, column))
            if number == 0:
                first = taken
                continue
            times.append(taken)
            sizes.append(len(answer["edges"]))
    report.rows.append(["everything a column flows into", str(len(times)), f"{median(times):.1f}", f"{p99(times):.1f}",
                        f"{max(times):.1f}"])  # fmt: skip
    report.goals = [
        Goal(f"lineage of one column in a graph of {columns:,} columns, p99", "< 100 ms", p99(times), 100, "ms"),
    ]
    report.notes += [
        f"The first question, which reads the plans of all models, took {first:.0f} ms; the server had listened after"
        f" {started * 1000:.0f} ms. An answer had {median(sizes):.0f} edges in the middle and {max(sizes)} at most.",
    ]
    return report
