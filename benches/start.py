"""From the start of `yandu serve` to its first answer, with 1,000 datasets in ten packs. The first request asks for the
list of all datasets, so that the answer proves that they are there. The packs are in the page cache, the data folder
exists already; the very first start, which makes it, is noted."""

import json
import time

from measure import Context, Goal, Report, median, same
from server import Server

PACKS, DATASETS, COLUMNS = 10, 100, 12
STARTS = 5


def packs(context: Context):
    folder = context.folder("start-packs")
    for pack in range(PACKS):
        home = folder / f"b{pack}"
        (home / "datasets").mkdir(parents=True)
        (home / "pack.yaml").write_text(
            f"pack: b{pack}\nversion: 0.1.0\ntitle: {{zh: 第{pack}包}}\npoints: [1]\n", encoding="utf-8"
        )
        for number in range(DATASETS):
            columns = "".join(
                f"  c{at}: {{title: {{zh: 第{at}列}}, type: {['text', 'integer', 'date'][at % 3]}, from: [列{at}]}}\n"
                for at in range(COLUMNS)
            )
            (home / f"datasets/d{number}.yaml").write_text(
                f"dataset: b{pack}.d{number}\ntitle: {{zh: 第{number}集}}\nowner: 基准\norigin: collect\n"
                "sharing: {class: unconditional}\nopening: closed\nrefresh: daily\nkey: [c0]\n"
                f"columns:\n{columns}"
                "checks:\n  - {name: c1-range, column: c1, between: [0, 1000000]}\n"
                '  - {name: c2-order, expect: "c2 >= c5"}\n  - {rows: {at_least: 1}}\n',
                encoding="utf-8",
            )
    return folder


def bench(context: Context) -> Report:
    report = Report("Cold start", __doc__, header=["start", "address announced, ms", "list of 1,000 answered, ms"])
    folder, data = packs(context), context.folder("start-data")
    found = []
    for number in range(STARTS + 1):
        with Server(context, data, folder) as server:
            answer = server.request("GET", "/api/v1/datasets")
            answered = time.perf_counter() - server.begun
            same("datasets", len(answer["datasets"]), PACKS * DATASETS)
            name = "first, makes the data folder" if number == 0 else str(number)
            report.rows.append([name, f"{server.announced_s * 1000:.0f}", f"{answered * 1000:.0f}"])
            found.append((server.announced_s, answered))
    announced, answered = (median(times) * 1000 for times in zip(*found[1:], strict=True))
    report.goals = [
        Goal("cold start with 1,000 datasets to the first answer", "< 300 ms", answered, 300, "ms",
             why=f"{announced:.0f} ms are over before the server listens"),
    ]  # fmt: skip
    size = len(json.dumps(answer))
    report.notes.append(f"{PACKS * DATASETS:,} datasets of {COLUMNS} columns and 3 checks; the answer is {size / 1e3:.0f} kB.")
    return report
