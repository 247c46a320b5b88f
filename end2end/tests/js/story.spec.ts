import { expect, test } from "../../fixtures.ts";
import { SignInPage } from "../../pages/accounts.ts";
import { ContactForm } from "../../pages/contact.ts";
import { MessagePage, MessagesPage } from "../../pages/message.ts";
import { VehiclePage } from "../../pages/vehicle.ts";
import { created, sendByApi } from "../../world.ts";

test("a buyer signs in from the vehicle, writes, and watches the message be read; the dealer sees it with its cost", async ({
  page,
  dealerPage,
  request,
}) => {
  const body = `¿Todavía está disponible? Puedo ir mañana. 🚗 ${crypto.randomUUID()}`;
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  await vehicle.contact.click();
  await new SignInPage(page).signIn("comprador@okla.test", "demo-okla-2026");
  await expect(page).toHaveURL(/\/vehiculos\/[^/]+\/contactar$/);
  await expect(ContactForm.on(page).message).toHaveValue(/me interesa el Toyota Corolla/);

  await vehicle.open();
  const form = await vehicle.openDialog();
  await expect(form.seller).toHaveValue("+1 809 555 0101");
  await expect(form.seller).not.toBeEditable();
  await form.message.fill(body);
  await form.send.click();
  await expect(form.accepted).toBeFocused();
  await expect(vehicle.dialog.locator(".pill")).toHaveText("Entregado", { timeout: 10_000 });
  await expect(vehicle.dialog.locator(".pill")).toHaveText("Leído", { timeout: 10_000 });

  await form.seeMessage.click();
  await expect(new MessagePage(page).status).toHaveText("Leído");
  await expect(new MessagePage(page).bubble).toContainText(body);
  await dealerPage.goto("/panel/mensajes");
  const row = new MessagesPage(dealerPage).row(body.slice(0, 80));
  await expect(row).toContainText("Toyota Corolla 2019");
  await expect(row).toContainText("Leído");
  await expect(row).toContainText("US$ 0.015");
  await row.getByRole("link").click();
  await expect(dealerPage.getByText("US$ 0.015")).toBeVisible();
  expect(await created(request, { body })).toHaveLength(1);
});

test("a message's page follows it by itself, ticks and all", async ({ dealerPage, request }) => {
  const id = await sendByApi(request, process.env.OKLA_TOKEN!, "+18095550199", "Le escribo por su Corolla");
  await dealerPage.goto(`/panel/mensajes/${id}`);
  const seen = new MessagePage(dealerPage);
  await dealerPage.evaluate(() => Object.assign(window, { neverReloaded: true }));
  await expect(seen.status).toHaveText("Entregado", { timeout: 10_000 });
  await expect(seen.status).toHaveText("Leído", { timeout: 10_000 });
  await expect(seen.bubble.getByRole("img", { name: "Leído" })).toBeVisible();
  expect(await dealerPage.evaluate(() => "neverReloaded" in window)).toBe(true);
});
