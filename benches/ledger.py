"""A ledger of 100,000 entries, over HTTP from a running server: loading them, the first page, searching, changing one.

Entries are those of a made-up province: titles of a place, a subject and a form, eight columns each, and a code of their own.
They are loaded in two files of half as many. Each search asks for something else: words of a title, an owner, pinyin
initials, a code; what has a code has to be found by it, and a changed entry by what was changed. The peer is SQLite's own
full-text index (FTS5, trigrams) over the same titles, asked inside the process of the script and without any facets: what is
cheap for it is not what a catalogue shows, but nobody publishes a catalogue's figures at this size that could be run here."""

import json
import random
import sqlite3
import time
from pathlib import Path
from urllib.parse import quote

from measure import Context, Goal, Report, median, p99, same
from server import Server

PLACES = ["亭湖区", "盐都区", "大丰区", "东台市", "建湖县", "射阳县", "阜宁县", "滨海县", "响水县", "开发区", "盐南", "全市"]
SUBJECTS = [
    "常住人口", "户籍迁移", "企业登记", "个体工商户", "社保参保", "医保结算", "不动产登记", "空气质量", "水质监测", "道路养护",
    "公交线路", "停车泊位", "学籍", "教师资格", "养老机构", "低保对象", "残疾人", "退役军人", "农机补贴", "粮食收购",
    "渔船", "林地", "湿地巡护", "危化品", "消防检查", "特种设备", "食品经营许可", "药品零售", "行政处罚", "信访事项",
]  # fmt: skip
FORMS = ["名册", "台账", "明细", "月报", "年度汇总", "目录", "巡查记录", "办件信息"]
OWNERS = ["公安局", "市场监督管理局", "人力资源和社会保障局", "医疗保障局", "自然资源和规划局", "生态环境局", "交通运输局", "教育局"]
# Words of titles, initials of subjects, owners: two to a page of a phone.
ASKED = [*SUBJECTS, *OWNERS, "czrk", "qydj", "kqzl", "ybjs", "bdcdj", "xzcf", "人口 名册", "企业 年度汇总", "空气 月报", "湿地"]
SEARCHES, PAGES, CHANGES = 400, 200, 200


def entry(number: int, random_: random.Random) -> dict:
    place, subject, form = random_.choice(PLACES), random_.choice(SUBJECTS), random_.choice(FORMS)
    columns = [
        {"name": f"c{at}", "title": {"zh": f"{subject}第{at}项", "en": None}, "type": "text", "grade": "general-1"}
        for at in range(8)
    ]
    return {
        "id": f"bench.e{number}", "code": f"320900{number:06d}", "title": {"zh": f"{place}{subject}{form}", "en": None},
        "about": f"{place}{subject}的{form}，由主管部门按期归集。", "owner": random_.choice(OWNERS), "origin": "collect",
        "kind": "table", "grade": "general-1", "sharing": {"class": "unconditional"}, "opening": "closed",
        "refresh": random_.choice(["daily", "weekly", "monthly"]), "tags": [subject], "columns": columns,
    }  # fmt: skip


def peer_times(entries: list[dict]) -> list[float]:
    index = sqlite3.connect(":memory:")
    index.execute("CREATE VIRTUAL TABLE entry USING fts5(title, owner, tokenize='trigram')")
    index.executemany("INSERT INTO entry VALUES (?, ?)", [(one["title"]["zh"], one["owner"]) for one in entries])
    times = []
    for at in range(SEARCHES):
        word = [word for word in (*SUBJECTS, *OWNERS) if len(word) >= 3][at % 30]
        begun = time.perf_counter()
        index.execute("SELECT rowid FROM entry WHERE entry MATCH ? ORDER BY rank LIMIT 20", (f'"{word}"',)).fetchall()
        index.execute("SELECT count(*) FROM entry WHERE entry MATCH ?", (f'"{word}"',)).fetchone()
        times.append((time.perf_counter() - begun) * 1000)
    return times


def load(server: Server, file: Path, entries: list[dict]) -> float:
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in entries), encoding="utf-8")
    taken, answer = server.timed("POST", "/api/v1/ledger/import", {"path": str(file)})
    same("faulty lines", answer["faulty"], 0)
    same("entries created", answer["created"], len(entries))
    return taken / 1000


def bench(context: Context) -> Report:
    report = Report("Ledger", __doc__, header=["work", "times", "median ms", "p99 ms", "slowest ms"])
    random_ = random.Random(7)
    entries = [entry(number, random_) for number in range(context.entries)]
    data, half = context.folder("ledger-data"), context.entries // 2
    with Server(context, data) as server:
        before = server.request("GET", "/api/v1/ledger/entries?limit=1")["total"]
        loads = [
            load(server, context.work / "entries.jsonl", part) for part in (entries[:half], entries[half:])
        ]
        same("entries", server.request("GET", "/api/v1/ledger/entries?limit=1")["total"], before + len(entries))

        first = [server.timed("GET", "/api/v1/ledger/entries?limit=20")[0] for _ in range(PAGES)]
        searches = []
        for at in range(SEARCHES):
            if at % 4 == 3:
                wanted = random_.choice(entries)
                taken, answer = server.timed("GET", f"/api/v1/ledger/entries?q={wanted['code']}&limit=20")
                same("entry found by its code", answer["entries"][0]["id"], wanted["id"])
            else:
                taken, answer = server.timed("GET", f"/api/v1/ledger/entries?q={quote(ASKED[at % len(ASKED)])}&limit=20")
                if not answer["entries"]:
                    same(f"hits of {ASKED[at % len(ASKED)]}", 0, "some")
            searches.append(taken)
        changes = []
        for at in range(CHANGES):
            one = random_.choice(entries)
            taken, answer = server.timed("PATCH", f"/api/v1/ledger/entries/{one['id']}", {"tags": [f"标记{at}"]})
            same("tags", answer["tags"], [f"标记{at}"])
            changes.append(taken)
    with Server(context, data) as server:
        same("entries after a start", server.request("GET", "/api/v1/ledger/entries?limit=1")["total"], before + len(entries))
        started = (time.perf_counter() - server.begun) * 1000
    peer = peer_times(entries)

    for name, times in [
        ("first page of 20, with facets", first), ("search, with facets", searches), ("change of one entry", changes),
        ("SQLite FTS5 in process, no facets", peer),
    ]:  # fmt: skip
        report.rows.append([name, str(len(times)), f"{median(times):.1f}", f"{p99(times):.1f}", f"{max(times):.1f}"])
    size = f"ledger of {context.entries:,} entries"
    report.goals = [
        Goal(f"{size}, first page, p99", "< 50 ms", p99(first), 50, "ms"),
        Goal(f"{size}, search, p99", "< 50 ms", p99(searches), 50, "ms", why=f"SQLite FTS5 alone takes {p99(peer):.0f} ms"),
        Goal(f"{size}, metadata update, median", "< 10 ms", median(changes), 10, "ms", why=f"p99 {p99(changes):.0f} ms"),
        Goal(f"bulk-load {half:,} entries, the slower of two", "< 60 s", max(loads), 60, "s"),
    ]
    report.notes += [
        f"{half:,} entries were loaded in {loads[0]:.1f} s into an empty ledger and in {loads[1]:.1f} s into a half full one;"
        " an entry counts as loaded when it can be found.",
        f"A start with all of them took {started:.0f} ms to the first answer.",
    ]
    return report
