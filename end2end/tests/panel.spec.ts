// The dealer's panel; what is in it the stories prove, that its figures agree src/tests/figures.rs.
import { expect, test } from "../fixtures.ts";
import { press, tabTo } from "../keyboard.ts";
import { MessagePage, MessagesPage } from "../pages/message.ts";

test("the panel can be read by anyone, and each figure leads to what it counts", async ({ dealerPage, accessible }) => {
  await dealerPage.goto("/panel");
  await expect(dealerPage.getByRole("heading", { name: "Panel", level: 1 })).toBeVisible();
  await accessible(dealerPage);
  await dealerPage.getByText("Ver como tabla").first().click();
  await expect(dealerPage.getByRole("columnheader", { name: "Fallidos" }).first()).toBeVisible();
  await dealerPage.getByRole("link", { name: /^Fallidos/ }).first().click();
  await expect(dealerPage).toHaveURL(/\/panel\/mensajes\?.*estado=fallidos/);
  await expect(dealerPage.locator("nav[aria-label=Estado] [aria-current]")).toContainText("Fallidos");
});

test("own dates are asked for, and refused in words without losing what was typed", async ({ dealerPage }) => {
  await dealerPage.goto("/panel?desde=2026-11-20&hasta=2026-11-01");
  await expect(dealerPage.locator(".notice")).toContainText("no sea anterior");
  await expect(dealerPage.getByLabel("Desde")).toHaveValue("2026-11-20");
});

test("the history and a message that failed can be read by anyone", async ({ dealerPage, accessible }) => {
  const sent: Record<string, string> = JSON.parse(process.env.OKLA_SENT_TO_NUMBERS!);
  await dealerPage.goto("/panel/mensajes");
  await expect(dealerPage.getByRole("heading", { name: "Historial de mensajes" })).toBeVisible();
  await accessible(dealerPage);
  await dealerPage.goto(`/panel/mensajes/${sent["003"]}`);
  await expect(new MessagePage(dealerPage).told).toContainText("¿Se cobró?");
  await accessible(dealerPage);
});

test("a search by number in any spelling finds, an operator narrows, and nothing found says the way out", async ({ dealerPage, accessible }) => {
  await dealerPage.goto("/panel/mensajes");
  const search = dealerPage.getByRole("searchbox", { name: "Buscar" });
  await search.fill("(809) 555-0003");
  await search.press("Enter");
  await expect(new MessagesPage(dealerPage).row("555 0003").first()).toBeVisible();
  await search.fill("estado:fallidos error:63003");
  await search.press("Enter");
  await expect(dealerPage.locator("nav[aria-label='Filtros puestos']")).toContainText("no tiene WhatsApp");
  await search.fill("nadie escribió esto");
  await search.press("Enter");
  await expect(dealerPage.getByRole("heading", { name: "Ninguno con estos filtros" })).toBeVisible();
  await accessible(dealerPage);
  await dealerPage.getByRole("link", { name: "Quitar los filtros" }).click();
  await expect(dealerPage).toHaveURL(/\/panel\/mensajes$/);
});

test("the list is taken along as a file", async ({ dealerPage }) => {
  await dealerPage.goto("/panel/mensajes");
  const file = dealerPage.waitForEvent("download");
  await dealerPage.getByRole("link", { name: "Descargar CSV" }).click();
  expect((await file).suggestedFilename()).toMatch(/^okla-mensajes-\d{4}-\d\d-\d\d\.csv$/);
});

test("costs, failures and the form to write can be read by anyone", async ({ dealerPage, accessible }) => {
  for (const [path, title] of [["/panel/costos", "Costos"], ["/panel/fallidos", "Fallidos"], ["/panel/escribir", "Escribir por WhatsApp"]]) {
    await dealerPage.goto(path);
    await expect(dealerPage.getByRole("heading", { name: title, level: 1 })).toBeVisible();
    await accessible(dealerPage);
  }
});

test("panel, list, export and a message are reached with Tab and Enter alone, and one sees where one is", async ({ dealerPage }) => {
  const named = (name: string | RegExp) => dealerPage.getByRole("link", { name }).first();
  await dealerPage.goto("/panel");
  await press(dealerPage, named("7 días"));
  await expect(dealerPage).toHaveURL(/rango=7d/);
  await press(dealerPage, named(/^Enviados/));
  await expect(dealerPage).toHaveURL(/\/panel\/mensajes\?rango=7d/);
  await tabTo(dealerPage, named("Descargar CSV"));
  const file = dealerPage.waitForEvent("download");
  await dealerPage.keyboard.press("Enter");
  expect((await file).suggestedFilename()).toMatch(/\.csv$/);
  await press(dealerPage, dealerPage.locator("tbody a").first());
  await expect(dealerPage).toHaveURL(/\/panel\/mensajes\/[0-9a-f-]{36}/);
});
