"""Looking at a change of rights before it is made, over 1,000 datasets and 10,000 accounts of 36 departments, 130 divisions and up to
two of eight roles, under 256 policies. Every time is that of the whole answer: all accounts are read from the records, the set that
would be is built, both sets are compared, and rows are counted in real tables, for a second at most.

The changes are of every kind: what each department reads of its own, what everybody reads, rows that follow from the division of the
reader, grades of a hundred columns by other packs, a grant to a role, and one account in another department. What is not counted
within its second says so on the page."""

import json
import random

from measure import Context, Goal, Report, run

DATASETS, ACCOUNTS = 1_000, 10_000


def bench(context: Context) -> Report:
    seed = random.randrange(1 << 32)
    program = context.yandu.parent / "examples" / "previews"
    changes = json.loads(run([str(program), str(DATASETS), str(ACCOUNTS), str(seed)]).out)["changes"]
    header = ["change", "median ms", "slowest ms", "lines", "counted", "decisions", "pairs that change"]
    report = Report("Previews of rights", __doc__, header=header)
    for change in changes:
        report.rows.append(
            [change["name"], f"{change['median_ms']:,.0f}", f"{change['slowest_ms']:,.0f}"]
            + [f"{change[what]:,}" for what in ("lines", "counted", "decisions", "changed")]
        )
    slowest = max(change["slowest_ms"] for change in changes) / 1_000
    report.goals = [Goal("preview of a change, 1,000 datasets, 10,000 accounts, slowest", "< 2 s", slowest, 2, "s")]
    report.notes = [f"Of {changes[0]['pairs']:,} pairs of an account and a dataset (seed {seed})."]
    return report
