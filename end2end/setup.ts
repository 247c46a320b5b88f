// Before the first test one message goes to each number that the simulator treats in its own way, so that the slow
// outcomes (a hanging answer takes half a minute) are there when `tests/no-js/numbers.spec.ts` looks, at the end.
import { request } from "@playwright/test";
import { NUMBERS, numberEnding } from "./numbers.ts";
import { createToken, DEALER, sendByApi } from "./world.ts";

export default async function setup() {
  const token = createToken(DEALER.email);
  const api = await request.newContext();
  const sent: Record<string, string> = {};
  for (const { ending } of NUMBERS) {
    sent[ending] = await sendByApi(api, token, numberEnding(ending), `Prueba del número ${ending}`);
  }
  await api.dispose();
  process.env.OKLA_TOKEN = token;
  process.env.OKLA_SENT_TO_NUMBERS = JSON.stringify(sent);
}
