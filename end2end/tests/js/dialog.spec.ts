import { expect, test } from "../../fixtures.ts";
import { SignInPage } from "../../pages/accounts.ts";
import { ContactForm } from "../../pages/contact.ts";
import { VehiclePage } from "../../pages/vehicle.ts";
import { created } from "../../world.ts";

test.beforeEach(async ({ page, buyer }) => {
  await new VehiclePage(page).open();
});

test("the dialog opens at its title, and closed gives the focus back to its button", async ({ page, accessible }) => {
  const vehicle = new VehiclePage(page);
  const form = await vehicle.openDialog();
  await expect(page.getByRole("heading", { name: "Contactar por WhatsApp" })).toBeFocused();
  await accessible();
  await page.keyboard.press("Escape");
  await expect(vehicle.dialog).toBeHidden();
  await expect(vehicle.contact).toBeFocused();

  await page.keyboard.press("Enter");
  await expect(vehicle.dialog).toBeVisible();
  await form.cancel.click();
  await expect(vehicle.dialog).toBeHidden();
  await expect(vehicle.contact).toBeFocused();
});

test("the counter counts while one types and warns beyond the limit", async ({ page }) => {
  const form = await new VehiclePage(page).openDialog();
  await form.message.fill("Buenas");
  await expect(form.counter).toHaveText("6 de 4,096 caracteres");
  await form.message.fill("á".repeat(4097));
  await expect(form.counter).toHaveText("4,097 de 4,096 caracteres");
  await expect(form.counter.locator("[data-counter][aria-live=polite]")).toBeVisible();
  await form.send.click();
  await expect(page.locator("#message-error")).toContainText("4,096");
  await expect(form.message).toHaveValue("á".repeat(4097));
});

test("who writes much reads in how many messages it arrives, and nothing jumps", async ({ page, accessible }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const form = await new VehiclePage(page).openDialog();
  const lineHeight = async () => (await form.counter.boundingBox())?.height;
  await form.message.fill("palabra ".repeat(200).trim());
  await expect(form.counter).toHaveText("1,599 de 4,096 caracteres");
  const before = await lineHeight();
  await form.message.fill("palabra ".repeat(213).trim());
  await expect(form.counter).toHaveText("1,703 de 4,096 caracteres llegará en 2 mensajes");
  expect(await lineHeight()).toBeCloseTo(before!, 0);
  await accessible();
  await form.message.fill("🚗".repeat(801));
  await expect(form.counter).toHaveText("801 de 4,096 caracteres llegará en 2 mensajes");
  await form.message.fill("Buenas");
  await expect(form.counter).toHaveText("6 de 4,096 caracteres");
});

test("errors stand by their fields, what was typed stays, and mended it goes", async ({ page, accessible }) => {
  const vehicle = new VehiclePage(page);
  const form = await vehicle.openDialog();
  await form.message.fill("");
  await form.image.fill("http://ejemplo.do/foto.jpg");
  await form.send.click();
  await expect(form.message).toBeFocused();
  await expect(form.message).toHaveAttribute("aria-invalid", "true");
  await expect(form.message).toHaveAccessibleDescription(/Escriba un mensaje/);
  await expect(form.image).toHaveAccessibleDescription(/debe empezar con https/);
  await expect(form.image).toHaveValue("http://ejemplo.do/foto.jpg");
  await accessible();
  await form.message.fill("Buenas tardes");
  await form.image.fill("https://ejemplo.do/foto.jpg");
  await form.send.click();
  await expect(form.accepted).toBeVisible();
  await expect(page.locator("#message-error")).toBeHidden();
  await accessible();
});

test("a double click sends once, and says «Enviando…» meanwhile", async ({ page, request }) => {
  const body = `Una sola vez ${crypto.randomUUID()}`;
  const form = await new VehiclePage(page).openDialog();
  let posts = 0;
  await page.route("**/fn/contactar", async (route) => {
    posts += 1;
    await new Promise((later) => setTimeout(later, 500));
    await route.continue();
  });
  await form.message.fill(body);
  const width = (await form.send.boundingBox())?.width;
  await form.send.dblclick();
  await expect(form.send).toHaveText("Enviando…");
  await expect(form.send).toHaveAttribute("aria-busy", "true");
  expect((await form.send.boundingBox())?.width).toBe(width);
  await expect(form.accepted).toBeVisible();
  await expect(new VehiclePage(page).dialog.locator(".pill")).toHaveText("Leído", { timeout: 15_000 });
  expect(posts).toBe(1);
  expect(await created(request, { body })).toHaveLength(1);
});

test("Ctrl and Enter send", async ({ page }) => {
  const form = await new VehiclePage(page).openDialog();
  await form.message.fill("Con el teclado");
  await form.message.press("Control+Enter");
  await expect(form.accepted).toBeVisible();
});

test("what was typed is not thrown away by a slip of the hand", async ({ page }) => {
  const vehicle = new VehiclePage(page);
  const form = await vehicle.openDialog();
  await form.message.fill("Una pregunta larga");
  const asked: string[] = [];
  let answer = false;
  page.on("dialog", (box) => {
    asked.push(box.message());
    return answer ? box.accept() : box.dismiss();
  });
  await page.keyboard.press("Escape");
  await expect.poll(() => asked).toEqual(["Su mensaje no se ha enviado. ¿Cerrar y perderlo?"]);
  await expect(vehicle.dialog).toBeVisible();
  await expect(form.message).toHaveValue("Una pregunta larga");
  answer = true;
  await vehicle.dialog.getByRole("button", { name: "Cerrar" }).click();
  await expect(vehicle.dialog).toBeHidden();
  expect(asked).toHaveLength(2);
});

test("a session that ended while one typed costs a sign-in and not the draft", async ({ page, context, buyer }) => {
  const form = await new VehiclePage(page).openDialog();
  await form.message.fill("Escribí esto con la sesión vencida");
  await context.clearCookies({ name: "okla_sesion" });
  await form.send.click();
  await expect(page).toHaveURL(/\/ingresar\?volver=/);
  await new SignInPage(page).signIn(buyer.email, buyer.password);
  await expect(page).toHaveURL(/\/contactar$/);
  await expect(ContactForm.on(page).message).toHaveValue("Escribí esto con la sesión vencida");
});

test("its own page has the same manners", async ({ page, accessible }) => {
  const form = await ContactForm.open(page);
  await accessible();
  await page.locator("[data-counter][aria-live]").waitFor();
  await form.message.fill("");
  await form.send.click();
  await expect(form.message).toHaveAccessibleDescription(/Escriba un mensaje/);
  await form.message.fill("Desde la página");
  await form.send.click();
  await expect(form.accepted).toBeFocused();
  await accessible();
});

test.describe("a line that breaks", () => {
  test.use({ expectedTrouble: /ERR_CONNECTION_FAILED/ });

  test("is said in words, and the message can be sent again", async ({ page, request }) => {
    const body = `Aunque se corte ${crypto.randomUUID()}`;
    const form = await new VehiclePage(page).openDialog();
    await page.route("**/fn/contactar", (route) => route.abort("connectionfailed"), { times: 1 });
    await form.message.fill(body);
    await form.send.click();
    const alert = new VehiclePage(page).dialog.getByRole("alert");
    await expect(alert).toContainText(/\p{Lu}\p{L}+ .*\./u);
    await expect(form.message).toHaveValue(body);
    await form.send.click();
    await expect(form.accepted).toBeVisible();
    await expect(alert).toBeHidden();
    await expect.poll(() => created(request, { body })).toHaveLength(1);
  });
});
