import { expect, test } from "../fixtures.ts";
import { newPerson, SignUpPage } from "../pages/accounts.ts";
import { ContactForm } from "../pages/contact.ts";
import { OfferForm } from "../pages/offers.ts";
import { CodePage } from "../pages/people.ts";
import { ThreadPage, ThreadsPage } from "../pages/threads.ts";
import { VehiclePage } from "../pages/vehicle.ts";
import { created, phoneSays } from "../world.ts";

test("a dealer writes an offer, sees how it arrives and whom it may not reach, and nothing is sent", async ({
  page,
  buyer: _,
  dealerPage,
  accessible,
  javaScriptEnabled,
}) => {
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  await page.goto(`${page.url()}/contactar`);
  const form = ContactForm.on(page);
  await form.message.fill(`¿Hace ofertas? ${crypto.randomUUID()}`);
  await form.send.click();
  await expect(page.getByRole("main")).toContainText("¿Hace ofertas?");

  const offer = new OfferForm(dealerPage);
  await offer.open();
  await expect(offer.preview).toContainText("(aquí va su texto)");
  await accessible(dealerPage);
  const words = `50,000 menos hasta el sábado ${crypto.randomUUID()}`;
  await offer.words.fill(words);
  if (javaScriptEnabled) {
    // It follows what is typed; nothing is to be pressed.
    await expect(offer.look).toBeHidden();
  } else {
    await offer.look.click();
  }
  await expect(offer.preview).toContainText("PUBLICIDAD de");
  await expect(offer.preview).toContainText(`José Peña: ${words}. Si no quiere más ofertas`);
  await expect(offer.words).toHaveValue(words);

  await offer.words.fill("palabra ".repeat(200));
  if (javaScriptEnabled) {
    await expect(dealerPage.getByText("no cabe entera").filter({ visible: true })).toBeVisible();
    await expect(offer.preview).toBeHidden();
  }
  await offer.review.click();
  await expect(dealerPage.getByRole("alert").filter({ visible: true })).toContainText("no cabe entera");
  await accessible(dealerPage);
  await offer.words.fill(words);
  await offer.review.click();
  await expect(dealerPage.getByRole("heading", { name: "Revise antes de enviar" })).toBeVisible();
  await expect(offer.preview).toContainText(words);
  await expect(dealerPage.getByRole("main")).toContainText("No aceptaron recibir ofertas:");
  await accessible(dealerPage);

  await dealerPage.getByRole("link", { name: "Cambiar la oferta" }).click();
  await expect(offer.words).toHaveValue(words);
  await dealerPage.goto("/panel/ofertas");
  await expect(dealerPage.getByRole("row").filter({ hasText: words })).toContainText("Borrador");
  await accessible(dealerPage);

  await dealerPage.getByRole("link", { name: words }).click();
  await dealerPage.getByRole("button", { name: "Borrar el borrador" }).click();
  await expect(dealerPage.getByRole("heading", { name: "Ofertas", exact: true })).toBeVisible();
  await expect(dealerPage.getByRole("row").filter({ hasText: words })).toHaveCount(0);
});

test("an offer goes to whoever asked for offers, and his answer is in the conversation", async ({
  page,
  dealerPage,
  adminPage,
  request,
  accessible,
  javaScriptEnabled,
}) => {
  test.slow();
  // Another vehicle with and without scripts: neither story's buyer is the other's audience.
  const [vehicle, model] = javaScriptEnabled ? ["01900000-0000-7000-8000-0000000f0003", "Sonata"] : ["01900000-0000-7000-8000-0000000f0004", "Hilux"];
  const phone = `+1829${String(Math.floor(Math.random() * 10_000)).padStart(4, "0")}124`;
  const person = { ...newPerson(), phone };
  const signUp = new SignUpPage(page);
  await signUp.open();
  await signUp.fill(person);
  await signUp.consent.check();
  await page.getByLabel(/ofertas de los concesionarios/).check();
  await signUp.submit();
  await phoneSays(request, { From: phone, Body: await new CodePage(page).code() });
  const asked = await ContactForm.open(page, vehicle);
  await asked.message.fill(`¿Hace ofertas? ${crypto.randomUUID()}`);
  await asked.sendAndFollow(page);

  // One that begins tomorrow an admin ends before it does; its dealer reads so, and nobody gets it.
  const offer = new OfferForm(dealerPage);
  const stopped = `Se detiene ${crypto.randomUUID()}`;
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  await expect(async () => {
    await offer.open();
    await offer.words.fill(stopped);
    await offer.choose(new RegExp(model));
    await dealerPage.getByLabel("Empieza (opcional)").fill(`${tomorrow}T15:00`);
    await offer.review.click();
    await expect(dealerPage.getByRole("button", { name: "Confirmar y enviar a 1" })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await dealerPage.getByRole("button", { name: "Confirmar y enviar a 1" }).click();
  await expect(dealerPage.getByRole("main")).toContainText("Empieza ");
  await adminPage.goto("/admin/limites");
  await adminPage.getByRole("navigation", { name: "Principal" }).getByRole("link", { name: "Ofertas" }).click();
  await expect(adminPage.getByRole("row").filter({ hasText: stopped })).toContainText("Programada");
  await accessible(adminPage);
  await adminPage.getByRole("link", { name: stopped }).click();
  await adminPage.getByRole("button", { name: "Detener del todo" }).click();
  await expect(adminPage.locator("#motivo-error")).toBeVisible();
  await accessible(adminPage);
  await adminPage.getByLabel("Motivo").fill("Un comprador se queja");
  await adminPage.getByRole("button", { name: "Detener del todo" }).click();
  await expect(adminPage.getByRole("main")).toContainText("La oferta está detenida.");
  await accessible(adminPage);
  await dealerPage.reload();
  await expect(dealerPage.getByRole("main")).toContainText("La detuvo OKLA");
  await expect(dealerPage.getByRole("main")).toContainText("Motivo: Un comprador se queja");
  await accessible(dealerPage);

  const words = `RD$ 50,000 menos hasta el sábado ${crypto.randomUUID()}`;
  await expect(async () => {
    await offer.open();
    await offer.words.fill(words);
    await offer.choose(new RegExp(model));
    await offer.review.click();
    await expect(dealerPage.getByRole("button", { name: "Confirmar y enviar a 1" })).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 20_000 });
  await expect(dealerPage.getByRole("main")).toContainText(model);
  await accessible(dealerPage);
  // Somebody writes on it in another window: what was looked at is not what would go.
  const [check, before] = [dealerPage.url(), `${words} (antes)`];
  const other = new OfferForm(await dealerPage.context().newPage());
  await other.page.goto(check);
  await other.page.getByRole("link", { name: "Cambiar la oferta" }).click();
  await other.words.fill(before);
  await other.review.click();
  await expect(other.preview).toContainText(before);
  await dealerPage.getByRole("button", { name: "Confirmar y enviar a 1" }).click();
  await expect(dealerPage.getByRole("main")).toContainText("La oferta cambió desde que la vio");
  await expect(offer.preview).toContainText(before);
  await accessible(dealerPage);
  await other.page.getByRole("link", { name: "Cambiar la oferta" }).click();
  await other.words.fill(words);
  await other.review.click();
  await expect(other.preview).not.toContainText(before);
  await other.page.close();
  await dealerPage.goto(check);
  await dealerPage.getByRole("button", { name: "Confirmar y enviar a 1" }).click();
  await expect(async () => {
    const sent = (await created(request, { to: phone })) as { body: string }[];
    expect(sent.filter(({ body }) => body.startsWith("PUBLICIDAD de") && body.includes(words))).toHaveLength(1);
  }).toPass({ timeout: 20_000 });
  const [sent] = ((await created(request, { to: phone })) as { sid: string; body: string }[]).filter(({ body }) => body.includes(words));
  await expect(async () => {
    await dealerPage.reload();
    await expect(dealerPage.getByRole("main")).toContainText("Terminada", { timeout: 500 });
  }).toPass({ timeout: 20_000 });
  await accessible(dealerPage);
  await adminPage.goto("/admin/ofertas");
  const told = adminPage.getByRole("row").filter({ hasText: words });
  await expect(told).toContainText("Terminada");
  await expect(told).toContainText("US$");

  const reply = `Me interesa, ¿todavía? ${crypto.randomUUID()}`;
  await phoneSays(request, { From: phone, Body: reply, OriginalRepliedMessageSid: sent!.sid });
  const threads = new ThreadsPage(dealerPage);
  await expect(async () => {
    await threads.open();
    await expect(threads.thread(reply)).toBeVisible({ timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await threads.thread(reply).click();
  await expect(new ThreadPage(dealerPage).lines).toContainText(words);
});
