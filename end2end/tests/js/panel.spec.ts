import { expect, test } from "../../fixtures.ts";
import { sendByApi } from "../../world.ts";

test("an open panel counts a new message by itself, and an open list says that one came", async ({ dealerPage, openBrowser, request }) => {
  await dealerPage.goto("/panel?rango=hoy");
  const sent = dealerPage.getByRole("link", { name: /^Enviados/ });
  const before = Number((await sent.locator("strong").textContent())!.replace(/\D/g, ""));
  const list = await openBrowser();
  await list.context().addCookies(await dealerPage.context().cookies());
  await list.goto("/panel/mensajes");
  await sendByApi(request, process.env.OKLA_TOKEN!, "+18095550198", "Llega mientras miran");
  await expect(async () => {
    expect(Number((await sent.locator("strong").textContent())!.replace(/\D/g, ""))).toBeGreaterThan(before);
  }).toPass({ timeout: 5_000 });
  await expect(list.getByRole("link", { name: /^\d+ nuevos?$/ })).toBeVisible({ timeout: 5_000 });
});

test("the list goes by keyboard alone", async ({ dealerPage }) => {
  await dealerPage.goto("/panel/mensajes");
  const search = dealerPage.getByRole("searchbox", { name: "Buscar" });
  await expect(async () => {
    await dealerPage.keyboard.press("/");
    await expect(search).toBeFocused({ timeout: 500 });
  }).toPass();
  await dealerPage.keyboard.press("Escape");
  await dealerPage.keyboard.press("?");
  await expect(dealerPage.getByText("fila siguiente y anterior")).toBeVisible();
  await dealerPage.keyboard.press("j");
  await dealerPage.keyboard.press("j");
  await dealerPage.keyboard.press("k");
  await expect(dealerPage.locator("tbody a").first()).toBeFocused();
  await dealerPage.keyboard.press("Enter");
  await expect(dealerPage).toHaveURL(/\/panel\/mensajes\/[0-9a-f-]{36}$/);
});
