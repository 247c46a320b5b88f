// What lies behind the pages: the simulated Twilio, the API and the demo's accounts.
import type { APIRequestContext } from "@playwright/test";
import { execFileSync } from "node:child_process";

/** A setting of the running site (`end2end/run`). */
function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: start the tests by end2end/run`);
  return value;
}

export const ADMIN = { email: "admin@okla.test", password: "demo-okla-2026" };
/** The dealer whose number all demo vehicles of Auto Feria bear. */
export const DEALER = { email: "concesionario@okla.test", password: "demo-okla-2026" };

/** An API token for an account, from the command line. */
export function createToken(email: string): string {
  const said = execFileSync(setting("OKLA_BIN"), ["token", "create", "--email", email], { encoding: "utf8" });
  return said.trim().split(" ").at(-1)!;
}

/** Sends through the API and comes back at once; the message's id. */
export async function sendByApi(request: APIRequestContext, token: string, toPhoneNumber: string, messageBody: string): Promise<string> {
  const answer = await request.post(`${setting("PUBLIC_URL")}/api/whatsapp/send`, {
    headers: { authorization: `Bearer ${token}`, prefer: "respond-async" },
    data: { toPhoneNumber, messageBody },
  });
  if (answer.status() !== 202) throw new Error(`the API answered ${answer.status()}: ${await answer.text()}`);
  return (await answer.json()).id;
}

/** Twilio's own truth: every message that was really created. */
export async function created(request: APIRequestContext, wanted: { to?: string; body?: string }): Promise<unknown[]> {
  const answer = await request.get(`${setting("OKLA_SIM_URL")}/sim/messages`, { params: wanted });
  return answer.json();
}

/** Somebody writes to OKLA's number on the simulated WhatsApp, in Twilio's own fields. */
export async function phoneSays(request: APIRequestContext, fields: Record<string, string>): Promise<void> {
  const answer = await request.post(`${setting("OKLA_SIM_URL")}/sim/inbound`, { form: fields });
  const told = await answer.json();
  if (told.webhookStatus !== 204) throw new Error(`our webhook answered ${told.webhookStatus}`);
}
