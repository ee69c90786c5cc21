"""A member of staff without a role, and a token for all that they may do. `member.py make URL LINK` makes both in a city whose first
administrator the link makes, and prints the secret; `member.py ask URL SECRET` prints the statuses of what is not theirs,
after the token has asked what is."""

import json
import sys

from rights import City, Somebody

command, url, said = sys.argv[1:]
if command == "make":
    print(json.dumps({"secret": City(url, said).somebody("low").token("manage").secret}))
    sys.exit()

program = Somebody(url, {"authorization": f"Bearer {said}"})
assert program.rows("SELECT 1 AS one") == [[1]]
assert program.ok("GET", "/ledger/entries")["entries"]
paths = ["/accounts", "/packs/change", "/account/tokens"]
print(json.dumps({"refused": [program.send("GET", f"/api/v1{path}").status for path in paths]}))
