"""A city with people and grants, asked over HTTP. For the scripts beside it."""

import json
from datetime import datetime, timedelta, timezone
from urllib.error import HTTPError
from urllib.request import Request, urlopen

PASSWORD = "Sunny-Weather-7"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The code of the problem that it is."""
        assert self.status >= 400, (self.status, self.body[:200])
        return self.json()["code"]


class Somebody:
    """Who asks: with a cookie, with a token, or nobody."""

    def __init__(self, url, headers):
        self.url, self.headers = url, headers

    def send(self, method, path, body=None, accept="application/json", headers=None):
        data = None if body is None else json.dumps(body).encode()
        told = {"content-type": "application/json", "accept": accept, **self.headers, **(headers or {})}
        request = Request(f"{self.url}{path}", data=data, headers=told, method=method)
        try:
            with urlopen(request) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except HTTPError as refused:
            return Answer(refused.code, refused.headers, refused.read())

    def ok(self, method, path, body=None):
        answer = self.send(method, f"/api/v1{path}", body)
        assert answer.status < 300, (path, answer.status, answer.body)
        return answer.json() if answer.body else None

    def query(self, sql, accept="application/json", **more):
        return self.send("POST", "/api/v1/query", {"sql": sql, **more}, accept)

    def rows(self, sql):
        answer = self.query(sql)
        assert answer.status == 200, answer.body
        return answer.json()["rows"]

    def token(self, scope="read", **more):
        """A program that shows a token of this account."""
        made = self.ok("POST", "/account/tokens", {"name": "test", "scope": [scope], "expires_at": until(), **more})
        program = Somebody(self.url, {"authorization": f"Bearer {made['secret']}"})
        program.secret, program.id, program.login = made["secret"], made["token"]["id"], made["token"]["login"]
        return program


class City:
    """A city whose first administrator is made by the link that the server told."""

    def __init__(self, url, link, department="市民政局"):
        self.url, self.department = url, department
        claim = {"link": link, "account": "root", "name": "系统管理员", "password": PASSWORD}
        Somebody(url, {}).ok("POST", "/claim", claim)
        self.root = self.logged_in("root")
        self.security = self.somebody("sec", "security-administrator")

    def logged_in(self, account, purpose=None):
        login = {"account": account, "password": PASSWORD}
        answer = Somebody(self.url, {}).send("POST", "/api/v1/session", login)
        assert answer.status == 200, answer.body
        cookie = answer.headers["set-cookie"].split(";")[0]
        somebody = Somebody(self.url, {"cookie": cookie})
        if purpose:
            somebody.ok("PATCH", "/session", {"purpose": purpose})
        return somebody

    def somebody(self, account, *roles, name=None, purpose=None):
        new = {"id": account, "name": name or account, "department": self.department, "roles": list(roles)}
        self.root.ok("POST", "/accounts", new)
        link = self.root.ok("POST", f"/accounts/{account}/invitation")["link"]
        Somebody(self.url, {}).ok("POST", "/invitations", {"link": link, "password": PASSWORD})
        return self.logged_in(account, purpose)

    def grant(self, account, dataset, **terms):
        """Grants a dataset to somebody on every way, and gives the number of the grant."""
        grant = {
            "to": {"kind": "person", "id": account},
            "dataset": dataset,
            "up_to": "general-2",
            "purpose": "核对",
            "until": until(),
            "ways": ["page", "export", "interface"],
            **terms,
        }
        return self.security.ok("POST", "/grants", grant)["id"]

    def revoke(self, grant):
        self.security.ok("POST", f"/grants/{grant}/revocation", {"why": "用途已完成"})


def until(days=30):
    return (datetime.now(timezone.utc) + timedelta(days=days)).isoformat().replace("+00:00", "Z")
