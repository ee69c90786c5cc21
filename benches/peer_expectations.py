"""Great Expectations on the checks of a file, pandas engine: `peer_expectations.py CSV CHECKS`."""

import json
import os
import sys
import time

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx  # noqa: E402
import great_expectations.expectations as gxe  # noqa: E402
import pandas as pd  # noqa: E402


def expectation(check: dict, frame: pd.DataFrame):
    column = check.get("column")
    if "between" in check:
        low, high = check["between"]
        return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=high)
    if "at_least" in check:
        return gxe.ExpectColumnValuesToBeBetween(column=column, min_value=check["at_least"])
    if "in" in check:
        return gxe.ExpectColumnValuesToBeInSet(column=column, value_set=check["in"])
    if "matches" in check:
        return gxe.ExpectColumnValuesToMatchRegex(column=column, regex=check["matches"])
    # `a + n > b`: a comparison of two columns, one of them made for it.
    left, rest = check["expect"].split(" + ")
    shift, other = rest.split(" > ")
    made = f"{left}_{shift}"
    frame[made] = frame[left] + int(shift)
    return gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A=made, column_B=other)


def main() -> None:
    file, declared = sys.argv[1:]
    with open(declared, encoding="utf-8") as stream:
        checks = json.load(stream)
    frame = pd.read_csv(file)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    begun = time.perf_counter()
    suite = gx.ExpectationSuite(name="bench", expectations=[expectation(check, frame) for check in checks])
    batch = (
        context.data_sources.add_pandas("bench").add_dataframe_asset("wide").add_batch_definition_whole_dataframe("all")
    )
    answer = batch.get_batch(batch_parameters={"dataframe": frame}).validate(suite, result_format="BASIC")
    found = {}
    for check, result in zip(checks, in_order(checks, frame, answer), strict=True):
        if result:
            found[check["name"]] = result
    print(json.dumps({"unexpected": found, "validate_s": time.perf_counter() - begun}))


def in_order(checks: list[dict], frame: pd.DataFrame, answer) -> list[int]:
    """Results come in an order of their own: each is found again by what it was asked."""
    asked = {}
    for result in answer.results:
        if "unexpected_count" not in result.result:
            raise SystemExit(f"not validated: {result.exception_info}")
        asked[key(result.expectation_config.type, result.expectation_config.kwargs)] = result.result["unexpected_count"]
    found = []
    for check in checks:
        config = expectation(check, frame).configuration
        found.append(asked[key(config.type, config.kwargs)])
    return found


def key(kind: str, kwargs: dict) -> str:
    plain = {name: value for name, value in kwargs.items() if name != "batch_id" and value is not None}
    return json.dumps([kind, plain], sort_keys=True, default=str)


if __name__ == "__main__":
    main()
