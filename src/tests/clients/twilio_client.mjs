// twilio-node against the simulator: only the base URLs differ from production.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { createRequire } from "node:module";
import path from "node:path";

const twilio = createRequire(path.resolve(process.env.OKLA_TWILIO_NODE_DIR) + "/")("twilio");
const { SIM_URL, ACCOUNT, TOKEN } = process.env;
const sender = "whatsapp:" + process.env.SENDER;
const to = "whatsapp:+18095551234";

const callbacks = [];
const webhook = http.createServer(async (request, response) => {
    let raw = "";
    for await (const chunk of request) raw += chunk;
    callbacks.push({ path: request.url, fields: Object.fromEntries(new URLSearchParams(raw)), headers: request.headers });
    response.writeHead(204).end();
});
webhook.listen(0, "127.0.0.1");
await once(webhook, "listening");
const webhookUrl = `http://127.0.0.1:${webhook.address().port}`;

const connect = (user, secret, options) => {
    const client = twilio(user, secret, options);
    client.api.baseUrl = SIM_URL;
    client.content.baseUrl = SIM_URL;
    return client;
};

const refused = (status, code, call) => assert.rejects(call, { status, code });

const until = async (what, check) => {
    for (const deadline = Date.now() + 10_000; !(await check()); ) {
        assert(Date.now() < deadline, what);
        await new Promise((done) => setTimeout(done, 20));
    }
};

const client = connect(ACCOUNT, TOKEN);
const { messages } = client;

// Create: text, media, template.
const text = await messages.create({ to, from: sender, body: "¿Sigue? & + 🚗", statusCallback: `${webhookUrl}/s?m=1` });
assert.equal(text.status, "queued");
assert.equal(text.body, "¿Sigue? & + 🚗");
assert.equal(text.price, null);
assert(text.dateCreated instanceof Date && !Number.isNaN(text.dateCreated.getTime()));
const media = await messages.create({ to, from: sender, mediaUrl: ["https://okla.example/a.jpg"] });
assert.equal(media.numMedia, "1");
const [template] = await client.content.v1.contents.list();
const contentVariables = JSON.stringify({ 1: "Luz", 2: "Kia Rio" });
const written = await messages.create({ to, from: sender, contentSid: template.sid, contentVariables });
assert(written.body.includes("Kia Rio"));
const approval = await client.content.v1.contents(template.sid).approvalFetch().fetch();
assert.equal(approval.whatsapp.status, "approved");

// Callbacks verify with the official validator, and a changed one does not.
await until("three callbacks", () => callbacks.length >= 3);
assert.deepEqual(callbacks.map(({ fields }) => fields.MessageStatus), ["sent", "delivered", "read"]);
for (const { path, fields, headers } of callbacks) {
    const signature = headers["x-twilio-signature"];
    assert(twilio.validateRequest(TOKEN, signature, webhookUrl + path, fields));
    assert(!twilio.validateRequest(TOKEN, signature, webhookUrl + path, { ...fields, MessageStatus: "queued" }));
}

// Fetch, list with paging, redact, delete.
assert.equal((await messages(text.sid).fetch()).status, "read");
for (let number = 0; number < 5; number += 1) {
    await messages.create({ to: "whatsapp:+18095559876", from: sender, body: `n${number}` });
}
const listed = await messages.list({ to: "whatsapp:+18095559876", pageSize: 2 });
assert.deepEqual(listed.map(({ body }) => body), ["n4", "n3", "n2", "n1", "n0"]);
assert.equal((await messages(text.sid).update({ body: "" })).body, "");
assert.equal(await messages(text.sid).remove(), true);

// Typed errors.
await refused(404, 20404, () => messages(text.sid).fetch());
await refused(400, 21617, () => messages.create({ to, from: sender, body: "a".repeat(1601) }));
await refused(401, 20003, () => connect(ACCOUNT, "wrong").messages.list());
const throttled = { to: "whatsapp:+18095550429", from: sender, body: "x" };
await refused(429, 20429, () => messages.create(throttled));
await refused(429, 20429, () => messages.create(throttled));
assert((await messages.create(throttled)).sid);
const keyed = connect("SK1", "shh", { accountSid: ACCOUNT });
assert.equal((await keyed.messages(media.sid).fetch()).sid, media.sid);

// The account, and what it used today.
const account = await client.api.v2010.accounts(ACCOUNT).fetch();
assert.equal(account.status, "active");
assert(account.dateCreated instanceof Date && account.friendlyName);
const { records } = client.usage;
const [fee] = await records.daily.list({ category: "channels-whatsapp-template-utility" });
assert.deepEqual([fee.count, fee.price, fee.priceUnit], ["1", 0.0113, "usd"]);
const names = (await records.thisMonth.list({ pageSize: 2 })).map(({ category }) => category);
assert.equal(new Set(names).size, (await records.list()).length);
assert((await records.monthly.list({ category: "totalprice" }))[0].price >= 0.0113);

// An account that is not active still says so itself, and does nothing else.
await fetch(`${SIM_URL}/sim/settings`, { method: "PUT", body: '{"accountStatus":"closed"}' });
await refused(403, 20005, () => messages.create({ to, from: sender, body: "x" }));
await refused(403, 20005, () => records.list());
assert.equal((await client.api.v2010.accounts(ACCOUNT).fetch()).status, "closed");

webhook.closeAllConnections();
webhook.close();
console.log("all well");
