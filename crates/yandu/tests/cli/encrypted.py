"""Speaks to a city over encrypted HTTP with Python's own client. `encrypted.py PORT CERTIFICATE LINK`: the link makes the first
administrator. Prints how many things were held against each other."""

import json
import socket
import ssl
import sys
from http.client import HTTPSConnection

port, certificate, link = sys.argv[1:]
port = int(port)
trusting = ssl.create_default_context(cafile=certificate)
PASSWORD = "Sunny-Weather-7"
checked = 0


def same(left, right, what=""):
    global checked
    checked += 1
    assert left == right, (what, left, right)


def ask(method, path, body=None, headers=None, host="localhost"):
    connection = HTTPSConnection("localhost", port, context=trusting)
    told = {"content-type": "application/json", "host": f"{host}:{port}", **(headers or {})}
    connection.request(method, path, None if body is None else json.dumps(body), told)
    answer = connection.getresponse()
    text = answer.read()
    return answer, json.loads(text) if text.startswith(b"{") else text


# The certificate is checked by the client, with the name.
answer, _ = ask("GET", "/healthz")
same(answer.status, 200)
same(answer.headers["strict-transport-security"], "max-age=31536000")
try:
    ssl.create_default_context().wrap_socket(socket.create_connection(("localhost", port)), server_hostname="localhost")
    raise AssertionError("a certificate that nobody trusts was taken")
except ssl.SSLCertVerificationError:
    checked += 1
# Whoever does not speak TLS gets no answer.
with socket.create_connection(("localhost", port), timeout=20) as plain:
    plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    said = plain.recv(100)
    same(b"HTTP" in said, False, said)
# Also before there is an administrator nobody is let in from elsewhere for nothing.
answer, body = ask("GET", "/api/v1/batches")
same((answer.status, body["code"]), (401, "login-needed"))
answer, body = ask("GET", "/healthz", host="city.example")
same((answer.status, body["code"]), (403, "host-refused"))
claim = {"link": link, "account": "root", "name": "系统管理员", "password": PASSWORD}
answer, body = ask("POST", "/api/v1/claim", claim, {"origin": "https://evil.example"})
same((answer.status, body["code"]), (403, "cross-origin"))
answer, _ = ask("POST", "/api/v1/claim", claim, {"origin": f"https://localhost:{port}"})
same(answer.status, 201)
answer, _ = ask("POST", "/api/v1/session", {"account": "root", "password": PASSWORD})
cookie = answer.headers["set-cookie"]
same(cookie.endswith("; Secure"), True, cookie)
cookie = {"cookie": cookie.split(";")[0]}
answer, who = ask("GET", "/api/v1/session", headers=cookie)
same((who["kind"], who["account"]["id"]), ("session", "root"))
answer, sessions = ask("GET", "/api/v1/account/sessions", headers=cookie)
same([one["address"] for one in sessions["sessions"]], ["127.0.0.1"])
print(json.dumps({"checked": checked}))
