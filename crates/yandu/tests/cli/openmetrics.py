"""Reads the counts of the server with the parser of the Prometheus client, and holds the newest numbers of metrics against what
the interface says of them. `openmetrics.py URL`."""

import json
import math
import sys
from datetime import date, timedelta
from urllib.request import Request, urlopen

from prometheus_client.openmetrics.parser import text_string_to_metric_families

url = sys.argv[1]


def ask(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{url}/api/v1{path}", data=data, headers={"content-type": "application/json"})
    with urlopen(request) as answer:
        return json.load(answer)


with urlopen(f"{url}/metrics") as answer:
    assert answer.headers["content-type"].startswith("application/openmetrics-text"), answer.headers
    families = {family.name: family for family in text_string_to_metric_families(answer.read().decode())}

declared = {one["id"]: one for one in ask("/metrics")["metrics"]}
told = {sample.labels["metric"]: sample for sample in families["yandu_metric"].samples}
assert told.keys() == declared.keys(), told.keys() ^ declared.keys()
for name, sample in told.items():
    assert sample.labels["unit"] == declared[name]["unit"], sample

samples = families["yandu_metric_value"].samples
values = {(sample.labels["metric"], sample.labels.get("area", "")): sample for sample in samples}
assert len(values) == len(samples), "a number is told twice"
counties = {code for code in (row[0] for row in ask("/query", {"sql": "select code from base.division where level = 'county'"})["rows"])}
ends = {sample.labels["metric"]: sample.value for sample in families["yandu_metric_period_end_timestamp_seconds"].samples}
ages = {sample.labels["metric"]: sample.value for sample in families["yandu_metric_data_age_seconds"].samples}
assert families["yandu_metric_data_age_seconds"].unit == "seconds"

absent = areas = 0
for name, metric in declared.items():
    newest = metric["newest"]
    value = newest and newest["value"]
    sample = values.pop((name, ""), None)
    if value is None:
        # What is not known is not told as nothing.
        assert sample is None, sample
        absent += 1
        continue
    assert math.isclose(sample.value, value), (sample, value)
    assert sample.labels["unit"] == metric["unit"], sample
    year, *month = (int(part) for part in newest["period"].split("-"))
    if month and metric["grain"] == "month":
        end = date(year + month[0] // 12, month[0] % 12 + 1, 1)
        stamp = (end - date(1970, 1, 1)) / timedelta(seconds=1) - 8 * 3600
        assert ends[name] == stamp, (name, ends[name], stamp)
    assert ages[name] >= 0
    ask_counties = {"metric": name, "period": newest["period"], "by": [{"dimension": "area", "level": "county"}]}
    dimensions = [dimension["name"] for dimension in ask(f"/metrics/{name}")["dimensions"] if dimension["kind"] == "area"]
    if not dimensions:
        continue
    [outcome] = ask("/metrics/ask", {"asks": [ask_counties]})["outcomes"]
    for group in outcome["answer"]["groups"]:
        area, point = group["keys"][0]["value"], group["points"][-1]
        sample = values.pop((name, area), None)
        if area in counties and point["value"] is not None:
            assert math.isclose(sample.value, point["value"]), (name, area, sample, point)
            areas += 1
        else:
            assert sample is None, sample
assert not values, f"told and not known: {list(values)[:5]}"
print(json.dumps({"families": len(families), "metrics": len(declared), "areas": areas, "absent": absent}))
