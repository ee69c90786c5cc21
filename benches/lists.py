"""Lists over what was put into quarantine: one delivery of which every row breaks a check. The first page of its rows, a later
one, those with one reason, the delivery with its findings, and the list of deliveries, asked in turns by the local
administrator and by a clerk of the department, who may see the delivery and the cells of it that policy shows."""

import json
from pathlib import Path

from measure import Context, Failed, Goal, Report, median, p99, run
from server import Server, Town

ASKED = 200
POLICIES = """
@id("own") @up_to("general-2")
permit (principal in Role::"keeper", action == Action::"read", resource in Pack::"bench");
@id("keep")
permit (principal in Role::"keeper", action in [Action::"deliver", Action::"steward"], resource in Pack::"bench");
"""


def pack(context: Context) -> Path:
    packs = context.folder("lists-packs")
    folder = packs / "bench"
    for part in ("datasets", "policies"):
        (folder / part).mkdir(parents=True)
    about = "pack: bench\nversion: 0.1.0\ntitle: {zh: 基准}\npoints: [1]\nroles:\n  keeper: {zh: 经办人}\n"
    (folder / "pack.yaml").write_text(about, encoding="utf-8")
    (folder / "policies/bench.cedar").write_text(POLICIES, encoding="utf-8")
    columns = {
        "id": {"title": {"zh": "编号"}, "type": "integer", "grade": "general-1"},
        "name": {"title": {"zh": "姓名"}, "type": "text", "grade": "general-2"},
        "mobile": {"title": {"zh": "手机"}, "type": "text", "grade": "general-3"},
        "kind": {"title": {"zh": "类别"}, "type": "integer", "grade": "general-1"},
    }
    dataset = {
        "dataset": "bench.row", "title": {"zh": "表"}, "owner": "基准", "origin": "collect",
        "sharing": {"class": "conditional", "basis": "基准"}, "opening": "closed", "refresh": "daily", "key": ["id"],
        "columns": columns, "checks": [{"name": "kind-range", "column": "kind", "between": [0, 16]}],
    }  # fmt: skip
    (folder / "datasets/row.yaml").write_text(json.dumps(dataset, ensure_ascii=False, indent=1), encoding="utf-8")
    return packs


def bench(context: Context) -> Report:
    rows = context.check_rows
    report = Report("Lists for an administrator and for a clerk", __doc__)
    packs, data = pack(context), context.folder("lists-data")
    file = context.work / "lists.csv"
    with open(file, "w", encoding="utf-8") as out:
        out.write("id,name,mobile,kind\n")
        out.writelines(f"{n},王{n % 1000},1380000{n % 10000:04},{17 + n % 9}\n" for n in range(rows))
    outcome = json.loads(run(context.command("collect", file, "--dataset", "bench.row", "--json", data=data, packs=packs)).out)
    if outcome["rows_quarantined"] != rows:
        raise Failed(f"{outcome['rows_quarantined']} rows of {rows} are in quarantine")
    batch = f"/api/v1/batches/{outcome['batch']}"
    with Server(context, data, packs=packs) as server:
        town = Town(server, "基准")
        administrator = {"authorization": f"Bearer {town.local}"}
        sides = {"administrator": administrator, "clerk": town.city.somebody("clerk", "keeper").headers}
        before = server.request("GET", f"{batch}/quarantine?limit={min(rows // 2, 10_000)}", headers=administrator)["next"]
        pages = {
            "quarantined rows, first page": f"{batch}/quarantine",
            "quarantined rows, a later page": f"{batch}/quarantine?after={before}",
            "quarantined rows that wait, with one reason": f"{batch}/quarantine?reason=kind-range&waiting=true",
            "the delivery with its findings": batch,
            "deliveries": "/api/v1/batches",
        }
        report.header = ["page", *(f"{side}, {what} ms" for side in sides for what in ("median", "p99")), "clerk to administrator"]
        slowest, furthest = 0.0, 1.0
        for page, path in pages.items():
            times = {side: [] for side in sides}
            for round in range(ASKED + 5):
                for side, headers in sides.items():
                    ms, _ = server.timed("GET", path, headers=headers)
                    if round >= 5:
                        times[side].append(ms)
            ratio = median(times["clerk"]) / median(times["administrator"])
            slowest = max(slowest, *(p99(times[side]) for side in sides))
            furthest = max(furthest, ratio, key=lambda one: abs(one - 1))
            cells = [f"{figure(times[side]):.2f}" for side in sides for figure in (median, p99)]
            report.rows.append([page, *cells, f"{ratio:.2f}"])
    work = f"lists over {rows / 1e6:g} M quarantined rows"
    report.goals = [
        Goal(f"{work}, the slowest page, p99", "< 30 ms", slowest, 30, "ms"),
        Goal(f"{work}, clerk to administrator, the page furthest from 1", "≤ 1.2 ×", furthest, 1.2, "×"),
    ]
    return report
