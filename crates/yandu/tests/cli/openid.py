"""A browser that signs in at a provider of identities, played by `requests`. Each function takes a line, as JSON on stdin, and
answers JSON. It keeps cookies and follows nothing by itself; forms of the provider are filled in as a person would."""

import base64
import hashlib
import hmac
import html
import json
import re
import struct
import sys
import time
from urllib.parse import urljoin, urlsplit

import requests


class Browser:
    def __init__(self, line):
        self.city = line["city"]
        self.line = line
        self.web = requests.Session()

    def api(self, method, path, body=None, **headers):
        return self.web.request(method, f"{self.city}/api/v1{path}", json=body, headers=headers, timeout=60)

    def who(self):
        return self.api("GET", "/session").json()

    def begin(self, to="/", path="/session/openid"):
        body = {"to": to} if path == "/session/openid" else None
        answer = self.api("POST", path, body)
        answer.raise_for_status()
        return answer.json()["address"]

    def through(self, address, login):
        """Walks through the pages of the provider, until they lead back to the city: the address that they lead to."""
        answer = self.web.get(address, allow_redirects=False, timeout=60)
        for _ in range(20):
            if answer.is_redirect:
                address = urljoin(answer.url, answer.headers["location"])
                if address.startswith(self.city):
                    return address
                answer = self.web.get(address, allow_redirects=False, timeout=60)
                continue
            assert answer.status_code == 200, (answer.status_code, answer.text)
            form = re.search(r'<form[^>]*action="([^"]+)"', answer.text)
            assert form, answer.text
            fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text))
            if 'name="login"' in answer.text:
                fields.update(login=login, password="any")
            answer = self.web.post(urljoin(answer.url, html.unescape(form[1])), data=fields, allow_redirects=False, timeout=60)
        raise AssertionError("the provider leads nowhere")

    def arrive(self, address):
        """Where the city sends the browser on to."""
        answer = self.web.get(address, allow_redirects=False, timeout=60)
        return answer.headers.get("location") or answer.json()["code"]

    def sign_in(self, login, to="/"):
        return self.arrive(self.through(self.begin(to), login))

    def page(self, path):
        return self.web.get(f"{self.city}{path}", allow_redirects=False, timeout=60)

    def submit(self, page, action, headers=None, **typed):
        """Fills in the form of a page that goes to `action`, and sends it."""
        forms = [form.split("</form>")[0] for form in page.text.split("<form")[1:]]
        form = next(form for form in forms if f'action="{action}"' in form.split(">")[0])
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        fields = {name: html.unescape(value) for name, value in hidden}
        address = f"{self.city}{html.unescape(action)}"
        return self.web.post(address, data={**fields, **typed}, headers=headers, allow_redirects=False, timeout=60)

    def lead_on(self, page):
        """Where a page leads on by itself."""
        return page.headers["refresh"].removeprefix("0; url=")

    def identities(self):
        answer = self.api("GET", "/account/identities").json()
        return [[one["subject"] for one in answer["identities"]], (answer["proved"] or {}).get("subject")]

    def proved(self):
        """Whom the page shows, or somebody where it shows nobody."""
        proved = self.api("GET", "/account/identities").json()["proved"] or {}
        return {"issuer": proved.get("issuer", self.line["issuer"]), "subject": proved.get("subject", "s-nobody")}

    def confirm(self, password, shown=None, **more):
        shown = shown or self.proved()
        answer = self.api("POST", "/account/identities/proved", {**shown, "password": password, **more})
        return answer.json().get("code") or answer.status_code


def administrator(line, method, path, body=None, **headers):
    key = {"Authorization": f"Bearer {line['key']}", **headers}
    answer = requests.request(method, f"{line['city']}/api/v1{path}", json=body, headers=key, timeout=60)
    return answer


def control(line, **what):
    requests.post(line["control"], json=what, timeout=60).raise_for_status()


def tell(line):
    control(line, **line["what"])


def once_asked_again(line):
    """What the city answers whoever begins, once the provider as it was read before is too old to begin with: begins again and
    again until it does not lead there, and gives the last answer where that does not come."""
    end = time.monotonic() + 60
    while True:
        answer = Browser(line).api("POST", "/session/openid", {"to": "/"})
        if answer.status_code != 200 or time.monotonic() > end:
            return answer
        time.sleep(0.1)


def session_of(browser):
    who = browser.who()
    return [who["kind"], (who["account"] or {}).get("id"), who["means"]]


def success(line):
    browser = Browser(line)
    before = browser.who()["openid"]
    back = browser.through(browser.begin("/account?tab=sights"), "s-wang")
    answer = browser.web.get(back, allow_redirects=False, timeout=60)
    cookies = answer.raw.headers.getlist("set-cookie")
    named = {cookie.split("=")[0]: cookie.split("; ", 1)[1] for cookie in cookies}
    session = session_of(browser)
    events = administrator(line, "GET", "/access-events?subject=wang&limit=2").json()["events"]
    one = administrator(line, "GET", "/accounts/wang/identities").json()["identities"][0]
    typed = Browser(line)
    typed.api("POST", "/session", {"account": "wang", "password": line["password"]}).raise_for_status()
    answers = {
        "provider": [before["name"], before["is_reachable"], before["ends_sessions"]],
        "status": answer.status_code,
        "location": answer.headers["location"],
        "session_cookie": named["yandu_session"],
        "attempt_cookies": [rest for name, rest in named.items() if name != "yandu_session"],
        "session": session,
        "events": [[event["kind"], event["detail"].get("means")] for event in events],
        "identity": [one["subject"], one["name"], one["linked_by"]],
        "typed": session_of(typed),
    }
    end = browser.web.get(f"{browser.city}/api/v1/session/openid/end", allow_redirects=False, timeout=60)
    answers["end"] = end.headers["location"].split("?")[0].removeprefix(line["issuer"])
    page = browser.web.get(end.headers["location"], timeout=60)
    answers["end_page"] = page.status_code
    browser.api("DELETE", "/session").raise_for_status()
    answers["after"] = session_of(browser)
    return answers


def places(line):
    """Where one comes to who wants to go elsewhere."""
    return [
        Browser(line).sign_in("s-wang", to)
        for to in ["//evil.example", "https://evil.example/", "/\\evil.example", "/plans/2025?x=1#here"]
    ]


def unknown(line):
    return [Browser(line).sign_in(login, "/plans") for login in ["s-nobody", "s-nameless"]]


def replayed(line):
    browser = Browser(line)
    back = browser.through(browser.begin(), "s-wang")
    cookies = browser.web.cookies.copy()
    first = browser.arrive(back)
    thief = Browser(line)
    thief.web.cookies.update(cookies)
    same = thief.arrive(back)
    # The code in an attempt of one's own.
    other = Browser(line)
    address = other.begin()
    state = re.search(r"state=([^&]+)", address)[1]
    code = re.search(r"code=([^&]+)", back)[1]
    injected = other.arrive(f"{other.city}/api/v1/session/openid/callback?code={code}&state={state}")
    return [first, same, injected, session_of(thief), session_of(other)]


def other_browser(line):
    """Somebody sends the end of their own attempt to somebody else's browser."""
    mine, victim = Browser(line), Browser(line)
    back = mine.through(mine.begin(), "s-li")
    bare = victim.arrive(back)
    # The victim has an attempt of their own under way.
    victim.begin()
    crossed = victim.arrive(back)
    forged = victim.arrive(f"{victim.city}/api/v1/session/openid/callback?code=x&state=forged")
    none = victim.arrive(f"{victim.city}/api/v1/session/openid/callback?code=x")
    return [bare, crossed, forged, none, session_of(victim), mine.arrive(back), session_of(mine)]


def elsewhere(line):
    """A page of another site begins."""
    browser = Browser(line)
    answer = browser.api("POST", "/session/openid", {"to": "/"}, Origin="http://evil.example")
    fetched = browser.api("POST", "/session/openid", {"to": "/"}, **{"Sec-Fetch-Site": "cross-site"})
    return [answer.json()["code"], fetched.json()["code"], len(browser.web.cookies)]


def disabled(line):
    before = administrator(line, "GET", "/accounts/wang")
    browser = Browser(line)
    first = browser.sign_in("s-wang")
    match = administrator(line, "GET", "/accounts/wang").headers["etag"]
    administrator(line, "PATCH", "/accounts/wang", {"disabled": True}, **{"If-Match": match}).raise_for_status()
    ended = session_of(browser)
    return [before.status_code, first, ended, Browser(line).sign_in("s-wang")]


def renamed(line):
    """Somebody takes another's name at the provider, which lets people choose it."""
    first = Browser(line)
    before = first.sign_in("s-wang")
    control(line, people={"s-wang": {"preferred_username": "li"}, "s-evil": {"preferred_username": "wang"}})
    thief = Browser(line)
    taken = thief.sign_in("s-evil")
    again = Browser(line)
    again.sign_in("s-wang")
    return [before, taken, session_of(thief), session_of(again)]


def linked(line):
    """The owner of an account links it, and takes the link away."""
    browser = Browser(line)
    browser.api("POST", "/session", {"account": "li", "password": line["password"]}).raise_for_status()
    place = browser.arrive(browser.through(browser.begin(path="/account/identities"), "s-other"))
    asked = [browser.identities(), browser.confirm("wrong-Password-1"), browser.identities(), browser.confirm(line["password"]), browser.identities()]
    came = Browser(line)
    came.sign_in("s-other")
    came = session_of(came)
    own = browser.api("GET", "/account/identities").json()["identities"]
    gone = browser.api("DELETE", f"/account/identities/{own[0]['id']}").status_code
    never = Browser(line).sign_in("s-other")
    # Whose session ends meanwhile links nothing.
    address = browser.through(browser.begin(path="/account/identities"), "s-other")
    browser.api("DELETE", "/session").raise_for_status()
    late = browser.arrive(address)
    none = administrator(line, "GET", "/accounts/li/identities").json()["identities"]
    by_hand = administrator(line, "POST", "/accounts/li/identities", {"subject": "s-other"}).status_code
    then = Browser(line)
    then.sign_in("s-other")
    visitor = Browser(line).api("POST", "/account/identities").json()["code"]
    return [place, asked, came, [one["subject"] for one in own], gone, never, late, none, by_hand, session_of(then), visitor]


def left_behind(line):
    """Somebody leaves a linking in a browser, for whoever sits down there next."""
    told = []
    # They have signed in at the provider, and only the last word is missing.
    one = Browser(line)
    one.api("POST", "/session", {"account": "wang", "password": line["password"]}).raise_for_status()
    one.arrive(one.through(one.begin(path="/account/identities"), "s-other"))
    one.api("POST", "/session", {"account": "li", "password": line["password"]}).raise_for_status()
    told += [one.identities(), one.confirm(line["password"])]
    # They are at the provider still, and their session goes on elsewhere.
    one = Browser(line)
    one.api("POST", "/session", {"account": "wang", "password": line["password"]}).raise_for_status()
    address = one.begin(path="/account/identities")
    one.api("POST", "/session", {"account": "li", "password": line["password"]}).raise_for_status()
    told += [one.arrive(one.through(address, "s-li")), one.identities(), one.confirm(line["password"])]
    # Whoever is asked and does not know them links nobody, then or later.
    one = Browser(line)
    one.api("POST", "/session", {"account": "li", "password": line["password"]}).raise_for_status()
    one.arrive(one.through(one.begin(path="/account/identities"), "s-other"))
    told += [one.identities(), one.api("DELETE", "/account/identities/proved").status_code, one.identities(), one.confirm(line["password"])]
    return [told, *(administrator(line, "GET", f"/accounts/{id}/identities").json()["identities"] for id in ("wang", "li"))]


def replaced(line):
    """Somebody else is proved in another window, after the owner of the account has seen themselves."""
    one = Browser(line)
    one.api("POST", "/session", {"account": "li", "password": line["password"]}).raise_for_status()
    one.arrive(one.through(one.begin(path="/account/identities"), "s-li"))
    shown = one.proved()
    address = one.begin(path="/account/identities")
    # Whoever it is signs in at the provider anew.
    for cookie in [cookie for cookie in one.web.cookies if not cookie.name.startswith("yandu_")]:
        one.web.cookies.clear(cookie.domain, cookie.path, cookie.name)
    one.arrive(one.through(address, "s-other"))
    told = [shown["subject"], one.identities(), one.confirm(line["password"], shown)]
    foreign = {**one.proved(), "issuer": "https://elsewhere.example"}
    return [*told, one.confirm(line["password"], foreign), one.identities(), one.confirm(line["password"]), one.identities()]


def proved_twice(line):
    """Linking asks for the second factor too, where the account has one."""
    browser = Browser(line)
    browser.api("POST", "/session", {"account": "li", "password": line["password"]}).raise_for_status()
    secret = browser.api("POST", "/account/second-factor").json()["secret"]
    step = int(time.time()) // 30
    browser.api("PUT", "/account/second-factor", {"code": shown(secret, step)}).raise_for_status()
    browser.arrive(browser.through(browser.begin(path="/account/identities"), "s-other"))
    told = [browser.confirm(line["password"])]
    for code in ["000000", shown(secret, step + 1)]:
        told.append(browser.confirm(line["password"], code=code))
    return [*told, browser.identities()]


def without_scripts(line):
    """A citizen with scripts off, whose browser does what headers and forms say."""
    browser = Browser(line)
    page = browser.page("/mine?lang=en")
    leading = browser.submit(page, "/mine/openid?lang=en")
    policy = [part for part in leading.headers["content-security-policy"].split("; ") if part.startswith("form-action")]
    answer = browser.web.get(browser.through(browser.lead_on(leading), "s-wang"), allow_redirects=False, timeout=60)
    arrived = browser.page(answer.headers["location"])
    session = session_of(browser)
    mine = browser.page(browser.lead_on(arrived))
    left = browser.submit(mine, "/mine/end?lang=en")
    told = browser.page(left.headers["location"]).text
    return {
        "offered": [page.status_code, "Sign in with single sign-on" in page.text],
        "leading": [leading.status_code, policy, leading.headers["referrer-policy"]],
        "arrived": [answer.headers["location"], browser.lead_on(arrived)],
        "session": session,
        "mine": "王芳 (wang)" in mine.text,
        "left": [left.headers["location"], "Your session at single sign-on goes on" in told, 'href="/api/v1/session/openid/end"' in told],
        "after": session_of(browser),
    }


def without_scripts_refused(line):
    told = []
    browser = Browser(line)
    page = browser.page("/mine")
    forged = browser.submit(page, "/mine/openid", seal="x")
    other = Browser(line).submit(page, "/mine/openid")
    foreign = browser.submit(page, "/mine/openid", headers={"Origin": "http://evil.example"})
    told += [forged.status_code, other.status_code, foreign.json()["code"]]
    told.append([name for answer in (forged, other, foreign) for name in answer.cookies.keys() if "openid" in name])
    # A place of another site is no place to go on to.
    begun = browser.submit(page, "/mine/openid", next="//evil.example/mine/")
    told.append(browser.arrive(browser.through(browser.lead_on(begun), "s-nobody")))
    page = browser.page(told[-1])
    told.append([page.status_code, "没有与您关联的账号" in page.text])
    page = browser.page("/mine?refused=%3Cscript%3E&to=//evil.example")
    told.append(["<script" in page.text, re.search(r'name="next" value="([^"]*)"', page.text)[1]])
    told.append(browser.page("/mine/arrived?to=//evil.example/mine/").headers["refresh"])
    page = browser.page("/mine")
    control(line, down=True)
    once_asked_again(line)
    silent = browser.submit(page, "/mine/openid")
    told.append([silent.status_code, "没有应答" in silent.text, 'name="password"' in silent.text])
    return told


def without_scripts_code(line):
    browser = Browser(line)
    browser.api("POST", "/session", {"account": "wang", "password": line["password"]}).raise_for_status()
    secret = browser.api("POST", "/account/second-factor").json()["secret"]
    step = int(time.time()) // 30
    browser.api("PUT", "/account/second-factor", {"code": shown(secret, step)}).raise_for_status()
    one = Browser(line)
    leading = one.submit(one.page("/mine"), "/mine/openid", next="/mine/grants/G1")
    asked = one.arrive(one.through(one.lead_on(leading), "s-wang"))
    page = one.page(asked)
    before = session_of(one)
    wrong = one.submit(page, "/mine/code", code="000000")
    right = one.submit(wrong, "/mine/code", code=shown(secret, step + 1))
    session = session_of(one)
    alone = Browser(line)
    lost = alone.submit(alone.page(asked), "/mine/code", code="000000")
    return [
        asked,
        before,
        [wrong.status_code, "验证码不对" in wrong.text],
        [right.status_code, right.headers["location"]],
        session,
        [lost.status_code, "这次登录已失效" in lost.text],
    ]


def shown(secret, step):
    """The code of an authenticator (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def second_factor(line):
    browser = Browser(line)
    browser.api("POST", "/session", {"account": "wang", "password": line["password"]}).raise_for_status()
    secret = browser.api("POST", "/account/second-factor").json()["secret"]
    step = int(time.time()) // 30
    browser.api("PUT", "/account/second-factor", {"code": shown(secret, step)}).raise_for_status()
    one = Browser(line)
    place = one.sign_in("s-wang", "/plans")
    before = session_of(one)
    wrong = one.api("POST", "/session/openid/code", {"code": "000000"}).json()["code"]
    right = one.api("POST", "/session/openid/code", {"code": shown(secret, step + 1)}).status_code
    alone = Browser(line).api("POST", "/session/openid/code", {"code": shown(secret, step + 1)}).json()["code"]
    return [place, before[0], wrong, right, session_of(one), alone]


def rotated(line):
    first = Browser(line).sign_in("s-wang")
    control(line, rotate=True)
    return [first, Browser(line).sign_in("s-wang")]


def down(line):
    control(line, down=True)
    refused = once_asked_again(line)
    browser = Browser(line)
    told = browser.who()["openid"]["is_reachable"]
    typed = browser.api("POST", "/session", {"account": "wang", "password": line["password"]}).status_code
    # Somebody is at the provider's page when it goes.
    control(line, up=True)
    late = Browser(line)
    back = late.through(late.begin(), "s-wang")
    control(line, down=True)
    silent = late.arrive(back)
    control(line, up=True)
    again = Browser(line).sign_in("s-wang")
    return [refused.status_code, refused.json()["code"], told, typed, silent, again]


def lies(line):
    """What becomes of each lie, at a city that believes the liar."""
    answers = {}
    for mode in line["modes"]:
        control(line, liar={"mode": mode})
        browser = Browser(line)
        place = browser.arrive(browser.through(browser.begin(), ""))
        answers[mode] = [place.removeprefix("/login?refused="), session_of(browser)[1]]
    return answers


def lies_of_itself(line):
    control(line, liar={"mode": "discovery"})
    return once_asked_again(line).json().get("code")


def strong(line):
    """The provider says that it has asked for a second factor, and the city takes its word."""
    browser = Browser(line)
    browser.api("POST", "/session", {"account": "wang", "password": line["password"]}).raise_for_status()
    secret = browser.api("POST", "/account/second-factor").json()["secret"]
    browser.api("PUT", "/account/second-factor", {"code": shown(secret, int(time.time()) // 30)}).raise_for_status()
    places = []
    for mode in ["good", "strong"]:
        control(line, liar={"mode": mode})
        places.append(Browser(line).sign_in(""))
    return places


def main():
    line = json.load(sys.stdin)
    print(json.dumps(globals()[sys.argv[1]](line), ensure_ascii=False))


if __name__ == "__main__":
    main()
