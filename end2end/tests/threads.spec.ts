import { expect, test } from "../fixtures.ts";
import { ContactForm } from "../pages/contact.ts";
import { ThreadPage, ThreadsPage } from "../pages/threads.ts";
import { VehiclePage } from "../pages/vehicle.ts";
import { created, phoneSays } from "../world.ts";

test("a buyer writes, the dealer answers from his phone and from the panel, and both read it all", async ({
  page,
  buyer,
  dealerPage,
  request,
  accessible,
}) => {
  const words = `¿Acepta un vehículo en parte de pago? ${crypto.randomUUID()}`;
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  await page.goto(`${page.url()}/contactar`);
  const form = ContactForm.on(page);
  await form.message.fill(words);
  await form.send.click();
  await expect(page.getByRole("main")).toContainText(words);
  await expect(async () => expect(await created(request, { body: words })).toHaveLength(1)).toPass({ timeout: 15_000 });
  const [sent] = (await created(request, { body: words })) as { sid: string; to: string }[];

  const threads = new ThreadsPage(dealerPage);
  await threads.open(buyer.name);
  await expect(threads.thread(words)).toContainText("Sin leer");
  await accessible(dealerPage);
  await threads.thread(words).click();
  const thread = new ThreadPage(dealerPage);
  await expect(thread.lines).toContainText(words);
  await accessible(dealerPage);

  const reply = `Sí, depende del año ${crypto.randomUUID()}`;
  await phoneSays(request, { From: sent!.to, Body: reply, OriginalRepliedMessageSid: sent!.sid });
  await page.goto("/mensajes");
  await page.getByRole("link", { name: words }).click();
  const mine = new ThreadPage(page);
  await expect(async () => {
    await mine.refresh.click();
    await expect(mine.lines).toContainText(reply, { timeout: 500 });
  }).toPass({ timeout: 15_000 });
  await accessible();

  await thread.answer("   ");
  await expect(dealerPage.getByRole("alert").filter({ visible: true })).toContainText("Escriba un mensaje.");
  const answer = `Puede traerlo mañana para verlo. ${crypto.randomUUID()}`;
  await thread.answer(answer);
  await expect(thread.lines).toContainText(answer);
  await expect(thread.lines).toContainText(reply);
  await mine.refresh.click();
  await expect(mine.lines).toContainText(answer);
  await threads.open(buyer.name);
  await expect(threads.thread(answer)).not.toContainText("Sin leer");
});

test("a picture from the seller's phone shows on both sides, and the buyer goes on in the conversation", async ({
  page,
  buyer,
  dealerPage,
  request,
  accessible,
}) => {
  const words = `¿Me manda una foto? ${crypto.randomUUID()}`;
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  await page.goto(`${page.url()}/contactar`);
  const form = ContactForm.on(page);
  await form.message.fill(words);
  await form.sendAndFollow(page);
  await expect(async () => expect(await created(request, { body: words })).toHaveLength(1)).toPass({ timeout: 15_000 });
  const [sent] = (await created(request, { body: words })) as { sid: string; to: string }[];

  await phoneSays(request, { From: sent!.to, Body: "Mire", Sample: "foto", OriginalRepliedMessageSid: sent!.sid });
  await expect(async () => {
    await page.reload();
    await expect(new ThreadPage(page).lines.getByRole("img")).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
  await accessible();

  const threads = new ThreadsPage(dealerPage);
  await threads.open(words);
  await threads.thread(buyer.name).first().click();
  const thread = new ThreadPage(dealerPage);
  await expect(thread.lines.getByRole("img")).toBeVisible();
  // Whichever he has: another story writes answers of his own and drops them.
  await expect(async () => {
    await thread.refresh.click();
    await thread.quick.first().click({ timeout: 1_000 });
    await expect(thread.composer).toHaveValue(/\S/, { timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  await accessible(dealerPage);

  const more = `¿A qué hora? ${crypto.randomUUID()}`;
  await page.getByLabel("Su mensaje").fill(more);
  await page.getByRole("button", { name: "Enviar" }).click();
  await expect(new ThreadPage(page).lines).toContainText(more);
  await expect(async () => expect(await created(request, { body: more })).toHaveLength(1)).toPass({ timeout: 15_000 });
  await thread.refresh.click();
  await expect(thread.lines).toContainText(more);
});

test("a dealer makes a ready answer of his own and drops it", async ({ dealerPage, accessible }) => {
  const title = `Prueba ${crypto.randomUUID().slice(0, 8)}`;
  await dealerPage.goto("/panel/conversaciones/respuestas");
  await dealerPage.getByLabel("Título").fill(title);
  await dealerPage.getByRole("button", { name: "Añadir" }).click();
  await expect(dealerPage.getByRole("alert").filter({ visible: true })).toContainText("Escriba la respuesta.");
  await dealerPage.getByLabel("Respuesta", { exact: true }).fill("Estamos en la avenida.");
  await dealerPage.getByRole("button", { name: "Añadir" }).click();
  const own = dealerPage.getByRole("listitem").filter({ hasText: title });
  await expect(own).toContainText("Estamos en la avenida.");
  await accessible(dealerPage);
  await own.getByRole("button", { name: "Borrar" }).click();
  await expect(own).toHaveCount(0);
});
