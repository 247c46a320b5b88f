// The dealer's history; what is in it the stories prove.
import { expect, test } from "../fixtures.ts";
import { MessagePage } from "../pages/message.ts";

test("the history and a message that failed can be read by anyone", async ({ dealerPage, accessible }) => {
  const sent: Record<string, string> = JSON.parse(process.env.OKLA_SENT_TO_NUMBERS!);
  await dealerPage.goto("/panel/mensajes");
  await expect(dealerPage.getByRole("heading", { name: "Historial de mensajes" })).toBeVisible();
  await accessible(dealerPage);
  await dealerPage.goto(`/panel/mensajes/${sent["003"]}`);
  await expect(new MessagePage(dealerPage).told).toContainText("¿Se cobró?");
  await accessible(dealerPage);
});
