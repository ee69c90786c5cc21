"""Reads the counts of the server with the parser of the Prometheus client, and holds the newest numbers of metrics against what
the interface says of them, and against what services are told. `openmetrics.py URL LINK`; the link makes the first administrator."""

import json
import math
import sys
from datetime import date, timedelta
from urllib.request import Request, urlopen

from prometheus_client.openmetrics.parser import text_string_to_metric_families

from rights import City, Somebody, until

url, link = sys.argv[1:]


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
everything = {key: sample.value for key, sample in values.items()}
counties = {code for code in (row[0] for row in ask("/query", {"sql": "select code from base.division where level = 'county'"})["rows"])}
ends = {sample.labels["metric"]: sample.value for sample in families["yandu_metric_period_end_timestamp_seconds"].samples}
ages = {sample.labels["metric"]: sample.value for sample in families["yandu_metric_data_age_seconds"].samples}
assert families["yandu_metric_data_age_seconds"].unit == "seconds"

absent = areas = 0
models = {}
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
    definition = ask(f"/metrics/{name}")
    models[name] = definition["model"]
    dimensions = [dimension["name"] for dimension in definition["dimensions"] if dimension["kind"] == "area"]
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

# From here on there are accounts, and each service is told what it may see.
MODEL = "population.township_year"
city = City(url, link)


def service(account, *roles):
    """A program with an account of its own, that shows a token for reading."""
    city.root.ok("POST", "/accounts", {"id": account, "kind": "service", "name": account, "roles": list(roles)})
    token = {"name": "prometheus", "scope": ["read"], "expires_at": until()}
    secret = city.root.ok("POST", f"/accounts/{account}/tokens", token)["secret"]
    return Somebody(url, {"authorization": f"Bearer {secret}"})


def scrape(program):
    """The families that a program is told, and the numbers among them."""
    answer = program.send("GET", "/metrics")
    assert answer.status == 200, answer.body
    families = {family.name: family for family in text_string_to_metric_families(answer.body.decode())}
    samples = families["yandu_metric_value"].samples
    return families, {(sample.labels["metric"], sample.labels.get("area", "")): sample.value for sample in samples}


watch, reader = service("watch", "system-administrator"), service("reader")
counts, numbers = scrape(watch)
assert counts["yandu_http_requests"].samples and counts["yandu_uptime_seconds"].samples
assert not numbers and not counts["yandu_metric"].samples, numbers
counts, numbers = scrape(reader)
assert not {"yandu_http_requests", "yandu_uptime_seconds", "yandu_deliveries"} & counts.keys(), counts.keys()
assert all(models[name] != MODEL for name, _ in numbers), numbers
grant = city.grant("reader", MODEL, to={"kind": "service", "id": "reader"}, up_to="general-4")
counts, granted = scrape(reader)
added = {key: value for key, value in granted.items() if key not in numbers}
assert added == {key: value for key, value in everything.items() if models[key[0]] == MODEL}, added
assert any(area for _, area in added)
city.revoke(grant)
assert scrape(reader)[1] == numbers
assert Somebody(url, {}).send("GET", "/metrics").status == 401
print(json.dumps({"families": len(families), "metrics": len(declared), "areas": areas, "absent": absent}))
