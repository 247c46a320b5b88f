"""Weighs the headers of every page that nobody and each role can reach: scan.py URL PASSWORD (run by scan.sh)."""

import re
import sys
from html.parser import HTMLParser

import requests
import yaml
from drheader import Drheader
from drheader.utils import default_rules

URL, PASSWORD = sys.argv[1:]
# And how many pages each has at least: fewer, and the scan has lost its way.
ROLES = {None: 8, "comprador": 8, "concesionario": 12, "administrador": 8}
EMAILS = {"administrador": "admin"}
MOST_PAGES = 80
RULES = default_rules()
# What the defaults do not know; each stricter or as strict.
RULES |= yaml.safe_load("""
# Tells other sites nothing; forms without scripts go back by what our own pages tell us.
Referrer-Policy: {Required: true, Severity: medium, Value-One-Of: [same-origin, no-referrer]}
# RFC 9111: nothing is kept, so there is no age to speak of.
Cache-Control: {Required: true, Severity: high, Value: [no-store]}
# Browsers dropped it; the policy forbids inline scripts.
X-XSS-Protection: {Required: optional, Severity: low, Value: 0}
""")
# The same for everybody, and in an address that changes with its content.
PUBLIC = re.compile(r"^/(v/[^/]+/pkg/|vehiculos/imagen/)")


class Links(HTMLParser):
    """The addresses of our own that a page names."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name in ("href", "src") and value and value.startswith("/")]


def sign_in(role):
    """The cookies as a header: requests would not send secure ones over http."""
    email = f"{EMAILS.get(role, role)}@okla.test"
    form = {"email": email, "password": PASSWORD}
    answer = requests.post(f"{URL}/fn/ingresar", form, headers={"Sec-Fetch-Site": "same-origin"}, allow_redirects=False)
    assert answer.headers["Location"] == "/", f"{email} cannot sign in"
    return {"Cookie": "; ".join(f"{cookie.name}={cookie.value}" for cookie in answer.cookies)}, answer


def weigh(answer, path):
    rules = {name: rule for name, rule in RULES.items() if name != "Cache-Control" or not PUBLIC.match(path)}
    headers = dict(answer.headers)
    if "Set-Cookie" in answer.headers:
        headers["set-cookie"] = answer.raw.headers.getlist("Set-Cookie")
    return Drheader(headers=headers).analyze(rules)


def main():
    heavy, light, looked = set(), set(), 0
    for role, least in ROLES.items():
        cookies, seen, pages = {}, set(), 0
        waiting = ["/", "/panel", "/admin/limites", "/no/hay", "/api/docs", "/api/openapi.json", "/readyz", "/mensajes"]
        answers = []
        if role:
            cookies, answer = sign_in(role)
            answers.append((answer, "/fn/ingresar"))
        while waiting and pages < MOST_PAGES:
            path = waiting.pop(0).split("#")[0]
            # One of each kind: another id is the same page.
            kind = re.sub(r"[0-9a-f-]{36}|=[^&]*|[a-z-]+\.svg$", "", path)
            if kind in seen:
                continue
            seen.add(kind)
            answer = requests.get(f"{URL}{path}", headers=cookies, allow_redirects=False, timeout=20, stream=True)
            answers.append((answer, path))
            if answer.headers.get("Content-Type", "").startswith("text/html") and answer.status_code == 200:
                pages += 1
                links = Links()
                links.feed(answer.text)
                waiting += links.found
            answer.close()
        assert pages >= least, f"{role}: only {pages} pages were found"
        looked += len(answers)
        for answer, path in answers:
            for finding in weigh(answer, path):
                one = (finding.severity, finding.rule, finding.message, str(finding.value))
                (light if finding.severity == "low" else heavy).add((*one, path, role or "nadie"))
    print(f"drHEADer: {looked} respuestas, {len(heavy)} hallazgos de peso")
    for one in sorted(heavy):
        print("  " + " · ".join(one))
    for rule in sorted({one[1] + ": " + one[2] for one in light}):
        print("  leve · " + rule)
    sys.exit(bool(heavy))


main()
