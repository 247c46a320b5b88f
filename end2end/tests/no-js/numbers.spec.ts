// Whatever becomes of a message, the dealer reads what happened, whether it was charged and what to do. The messages
// were sent by setup.ts, before the first test.
import { expect, test } from "../../fixtures.ts";
import { NUMBERS, numberEnding } from "../../numbers.ts";
import { MessagePage } from "../../pages/message.ts";
import { created } from "../../world.ts";

for (const { ending, status, told, once } of NUMBERS) {
  test(`a number ending in ${ending} ends as «${status}»${told ? " with words" : ""}`, async ({ dealerPage, request }) => {
    test.slow();
    const sent: Record<string, string> = JSON.parse(process.env.OKLA_SENT_TO_NUMBERS!);
    const message = new MessagePage(dealerPage);
    await dealerPage.goto(`/panel/mensajes/${sent[ending]}`);
    await expect(async () => {
      await message.refresh.click();
      await expect(message.status).toHaveText(status, { timeout: 100 });
      await expect(message.told).toHaveCount(told ? 1 : 0, { timeout: 100 });
    }).toPass({ timeout: 80_000, intervals: [1_000] });
    for (const sentence of told ?? []) await expect(message.told).toContainText(sentence);
    if (once) expect(await created(request, { to: numberEnding(ending) })).toHaveLength(1);
  });
}
