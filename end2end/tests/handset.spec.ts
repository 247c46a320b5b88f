import { expect, test } from "../fixtures.ts";
import { HandsetPage } from "../pages/handset.ts";
import { MessagePage } from "../pages/message.ts";
import { sendByApi } from "../world.ts";

const HOSTILE = `</textarea><script>document.title = "robado"</script> <img src=x onerror='document.title="robado"'>`;

/** A number that nobody else writes to, of those where all goes well: none that the simulator knows ends in 3xx. */
function newNumber(): string {
  const digits = String(Math.floor(Math.random() * 100_000)).padStart(5, "0");
  return `+18292${digits.slice(0, 3)}3${digits.slice(3)}`;
}

test("a message reaches the telephone, its text as text, and an answer goes back", async ({ page, request, accessible }) => {
  const number = newNumber();
  await sendByApi(request, process.env.OKLA_TOKEN!, number, HOSTILE);
  const handset = new HandsetPage(page);
  await expect(async () => {
    await handset.open(number);
    await expect(handset.conversation).toContainText(HOSTILE, { timeout: 100 });
  }).toPass({ timeout: 15_000 });
  await accessible();
  await handset.answer("Sí, todavía lo tengo");
  await expect(handset.conversation).toContainText("Sí, todavía lo tengo");
  await handset.answer("  ");
  await expect(page.getByRole("alert")).toBeVisible();
  await accessible();
  expect(await page.title()).not.toContain("robado");
});

test("to who has just written a long message arrives as numbered parts, and its page tells each one", async ({ page, dealerPage, request, accessible }) => {
  const number = newNumber();
  const words = Array.from({ length: 250 }, (_, place) => `palabra${place}`).join(" ");
  await sendByApi(request, process.env.OKLA_TOKEN!, number, "¿Me escribe por aquí?");
  const handset = new HandsetPage(page);
  await expect(async () => {
    await handset.open(number);
    await expect(handset.conversation).toContainText("¿Me escribe por aquí?", { timeout: 100 });
  }).toPass({ timeout: 20_000 });
  await handset.answer("Sí, dígame");
  const id = await sendByApi(request, process.env.OKLA_TOKEN!, number, words);
  await expect(async () => {
    await handset.open(number);
    await expect(handset.conversation).toContainText("(2/2)", { timeout: 100 });
  }).toPass({ timeout: 20_000 });
  await expect(handset.conversation).toContainText("(1/2)");
  await expect(handset.conversation).toContainText("palabra249");
  await dealerPage.goto(`/panel/mensajes/${id}`);
  const seen = new MessagePage(dealerPage);
  await expect(async () => {
    await seen.refresh.click();
    await expect(seen.parts).toHaveText(["Parte 1 de 2: Leído", "Parte 2 de 2: Leído"], { timeout: 100 });
  }).toPass({ timeout: 20_000 });
  await expect(dealerPage.getByRole("main")).toContainText("US$ 0.03");
  await accessible();
});

test("the dealer's message leads to the telephone that got it", async ({ dealerPage, request }) => {
  const number = newNumber();
  const id = await sendByApi(request, process.env.OKLA_TOKEN!, number, `Va al ${number}`);
  await dealerPage.goto(`/panel/mensajes/${id}`);
  await expect(async () => {
    await new MessagePage(dealerPage).refresh.click();
    await expect(new MessagePage(dealerPage).status).toHaveText("Entregado", { timeout: 100 });
  }).toPass({ timeout: 15_000 });
  await dealerPage.getByRole("main").getByRole("link", { name: "Ver en el teléfono simulado" }).click();
  await expect(new HandsetPage(dealerPage).conversation).toContainText(`Va al ${number}`);
});
