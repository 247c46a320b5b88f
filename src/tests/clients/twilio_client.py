"""twilio-python against the simulator: only the base URLs differ from production."""

import http.server
import os
import queue
import threading
import time
import urllib.parse
import urllib.request
from datetime import timedelta
from decimal import Decimal

from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.rest import Client

URL, ACCOUNT, TOKEN = os.environ["SIM_URL"], os.environ["ACCOUNT"], os.environ["TOKEN"]
SENDER = "whatsapp:" + os.environ["SENDER"]
TO = "whatsapp:+18095551234"
callbacks = queue.Queue()


class Webhook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        callbacks.put((self.path, dict(urllib.parse.parse_qsl(raw, keep_blank_values=True)), self.headers))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


webhook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook)
threading.Thread(target=webhook.serve_forever, daemon=True).start()
webhook_url = f"http://127.0.0.1:{webhook.server_port}"


def connect(user, secret, account=ACCOUNT):
    client = Client(user, secret, account)
    client.api.base_url = URL
    client.content.base_url = URL
    return client


def refused(status, code, call):
    try:
        call()
    except TwilioRestException as error:
        assert (error.status, error.code) == (status, code), error
    else:
        raise AssertionError(f"{code} was not raised")


def until(what, check):
    deadline = time.monotonic() + 10
    while not check():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def usage(category):
    (record,) = client.usage.records.list(category=category)
    return record


client = connect(ACCOUNT, TOKEN)
messages = client.messages

# Create: text, media, template.
text = messages.create(to=TO, from_=SENDER, body="¿Sigue disponible? & + 🚗", status_callback=webhook_url + "/s?m=1&x=%20y")
assert text.sid.startswith("SM") and text.status == "queued" and text.direction == "outbound-api"
assert text.body == "¿Sigue disponible? & + 🚗" and text.price is None and text.date_sent is None
assert text.date_created is not None and text.error_code is None
media = messages.create(to=TO, from_=SENDER, body="foto", media_url=["https://okla.example/a.jpg"])
assert media.num_media == "1"
template = client.content.v1.contents.list()[0]
written = messages.create(
    to=TO, from_=SENDER, content_sid=template.sid, content_variables='{"1":"Luz","2":"Kia Rio","3":"¿Precio?"}'
)
assert "Luz" in written.body and "Kia Rio" in written.body
assert client.content.v1.contents(template.sid).fetch().language == "es"
assert client.content.v1.contents(template.sid).approval_fetch().fetch().whatsapp["status"] == "approved"
approvals = client.content.v1.content_and_approvals.list()
assert {one.approval_requests["status"] for one in approvals} == {"approved", "pending"}

# Callbacks verify with the official validator, and a changed one does not.
validator = RequestValidator(TOKEN)
told = []
for _ in range(3):
    path, fields, headers = callbacks.get(timeout=10)
    signature = headers["X-Twilio-Signature"]
    assert validator.validate(webhook_url + path, fields, signature), fields
    assert not validator.validate(webhook_url + path, fields | {"MessageStatus": "queued"}, signature)
    assert fields["MessageSid"] == text.sid
    told.append(fields["MessageStatus"])
assert told == ["sent", "delivered", "read"], told

# Fetch.
assert messages(text.sid).fetch().status == "read"
assert messages(text.sid).fetch().date_sent is not None

# List, page after page.
for number in range(5):
    messages.create(to="whatsapp:+18095559876", from_=SENDER, body=f"n{number}")
listed = [message.body for message in messages.list(to="whatsapp:+18095559876", page_size=2)]
assert listed == ["n4", "n3", "n2", "n1", "n0"], listed
assert len(messages.list(limit=4, page_size=3)) == 4
first = messages.page(page_size=3)
assert len(list(first.next_page())) == 3

# Redact, delete.
assert messages(text.sid).update(body="").body == ""
assert messages(text.sid).delete()
refused(404, 20404, messages(text.sid).fetch)

# Typed errors.
refused(400, 21617, lambda: messages.create(to=TO, from_=SENDER, body="a" * 1601))
refused(400, 21211, lambda: messages.create(to="whatsapp:+18095550211", from_=SENDER, body="x"))
refused(401, 20003, lambda: connect(ACCOUNT, "wrong").messages(media.sid).fetch())
refused(404, 20404, messages("SM" + "0" * 32).fetch)
for _ in range(2):
    refused(429, 20429, lambda: messages.create(to="whatsapp:+18095550429", from_=SENDER, body="x"))
assert messages.create(to="whatsapp:+18095550429", from_=SENDER, body="x").sid
refused(409, 20009, messages.create(to="whatsapp:+18095550999", from_=SENDER, body="x").delete)

# A failure that comes later has an integer code; an API key works like the token.
late = messages.create(to="whatsapp:+18095550024", from_=SENDER, body="x")
until("63024", lambda: messages(late.sid).fetch().status == "failed")
assert messages(late.sid).fetch().error_code == 63024
assert connect("SK1", "shh").messages(late.sid).fetch().sid == late.sid

# The account, and what it used today: Twilio's fee for every message that was priced, WhatsApp's for the templates.
account = client.api.v2010.accounts(ACCOUNT).fetch()
assert (account.status, account.sid) == ("active", ACCOUNT) and account.friendly_name and account.date_created
until("the template's fee", lambda: usage("channels-whatsapp-template-utility").count == "1")
fee = usage("channels-whatsapp-template-utility")
assert (round(fee.price, 5), fee.price_unit, fee.usage) == (Decimal("0.0113"), "usd", "1"), vars(fee)
assert fee.start_date == fee.end_date and fee.as_of
records = client.usage.records
assert [record.category for record in records.daily.list(category="totalprice")] == ["totalprice"]
assert records.monthly.list(category="totalprice", limit=1)[0].price >= fee.price
names = [record.category for record in records.this_month.list(page_size=2)]
assert len(names) == len(set(names)) == len(records.list()) > 4, names
assert records.list(start_date=fee.end_date + timedelta(days=1), end_date=fee.end_date) == []

# An account that is not active still says so itself, and does nothing else.
settings = urllib.request.Request(URL + "/sim/settings", b'{"accountStatus":"suspended"}', method="PUT")
urllib.request.urlopen(settings).close()
refused(403, 20005, lambda: messages.create(to=TO, from_=SENDER, body="x"))
refused(403, 20005, messages(media.sid).fetch)
assert client.api.v2010.accounts(ACCOUNT).fetch().status == "suspended"

print("all well")
