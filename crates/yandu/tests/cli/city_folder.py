"""Reads as somebody who has a role of the city's own folder, which its policies name. `city_folder.py URL LINK`; the link makes the
first administrator. Prints how many things were held against each other."""

import json
import sys

from rights import City

url, link = sys.argv[1:]
city = City(url, link)
checked = 0


def same(left, right, what=""):
    global checked
    checked += 1
    assert left == right, (what, left, right)


# The role of the folder, and those that the program and the pack have.
guard, both, other = city.somebody("gao", "guard"), city.somebody("bai", "guard", "swimmer"), city.somebody("li", "swimmer")
sql = "SELECT number FROM club.member ORDER BY number"
for somebody in (guard, both):
    same(somebody.rows(sql), [["1"], ["3"]])
same(other.query(sql).code, "query", "who has not the role sees nothing")
new = {"id": "mei", "name": "梅", "department": city.department, "roles": ["gard"]}
refused = city.root.send("POST", "/api/v1/accounts", new)
same(refused.status >= 400 and "guard" in refused.body.decode(), True, refused.body)
print(json.dumps({"checked": checked}))
