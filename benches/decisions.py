"""Policy decisions under 10,000 policies and 1,000 grants over 1,000 datasets: who may read, or look after, which of them, asked
by 500 people of 36 departments, every third policy with a condition. What Cedar is told of a
dataset is kept with the policies; of who asks, and of what was decided, nothing is.

Cedar's own authorizer stands beside it, over the whole set at once and with the entities of the question in hand; where the
two decide differently the run fails. One more grant is what a security administrator waits for."""

import json
import random

from measure import Context, Goal, Report, run

POLICIES, GRANTS = 10_000, 1_000


def bench(context: Context) -> Report:
    seed = random.randrange(1 << 32)
    program = context.yandu.parent / "examples" / "decisions"
    took = json.loads(run([str(program), str(POLICIES), str(GRANTS), str(seed)]).out)
    report = Report("Policy decisions", __doc__, header=["what", "microseconds"])
    report.rows = [
        ["median", f"{took['median_us']:.1f}"],
        ["p99", f"{took['p99_us']:.1f}"],
        ["p99.9", f"{took['p999_us']:.1f}"],
        ["Cedar over the whole set, median", f"{took['whole_median_us']:.0f}"],
    ]
    report.goals = [Goal("policy decision, p99", "< 50 µs", took["p99_us"], 50, "µs")]
    report.notes = [
        f"{took['asked']:,} questions (seed {seed}), {took['allowed']:,} allowed.",
        f"The whole set is built in {took['built_ms']:,.0f} ms, and with one more grant in {took['one_more_ms']:,.0f} ms.",
    ]
    return report
