import type { APIRequestContext, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { ContactForm } from "../pages/contact.ts";
import { ThreadPage, ThreadsPage } from "../pages/threads.ts";
import { VehiclePage } from "../pages/vehicle.ts";
import { created, createToken, phoneSays, sendByApi } from "../world.ts";

/** Asks the seller of a vehicle, and goes to the message's page; what arrived at Twilio. */
async function askSeller(page: Page, request: APIRequestContext, words: string) {
  const vehicle = new VehiclePage(page);
  await vehicle.open();
  await page.goto(`${page.url()}/contactar`);
  const form = ContactForm.on(page);
  await form.message.fill(words);
  await form.sendAndFollow(page);
  await expect(async () => expect(await created(request, { body: words })).toHaveLength(1)).toPass({ timeout: 15_000 });
  const [sent] = (await created(request, { body: words })) as { sid: string; to: string }[];
  return sent!;
}

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
  const sent = await askSeller(page, request, words);

  await phoneSays(request, { From: sent.to, Body: "Mire", Sample: "foto", OriginalRepliedMessageSid: sent.sid });
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

test("words that fit several conversations wait for the dealer and an admin, and each gives some to one", async ({
  page,
  buyer,
  dealerPage,
  adminPage,
  request,
  accessible,
}) => {
  const words = `¿Lo último en precio? ${crypto.randomUUID()}`;
  const sent = await askSeller(page, request, words);
  // A second conversation that the seller may be answering, about no vehicle.
  const other = `¿Tiene otros? ${crypto.randomUUID()}`;
  await sendByApi(request, createToken(buyer.email), sent.to.replace("whatsapp:", ""), other);
  await expect(async () => expect(await created(request, { body: other })).toHaveLength(1)).toPass({ timeout: 15_000 });

  const reply = `Se lo dejo en quinientos mil ${crypto.randomUUID()}`;
  await phoneSays(request, { From: sent.to, Body: reply });
  const threads = new ThreadsPage(dealerPage);
  await expect(async () => {
    await threads.open();
    await expect(threads.unassigned(reply)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });

  await adminPage.goto("/admin/sin-asignar");
  const item = adminPage.getByRole("listitem").filter({ hasText: reply });
  await expect(item).toContainText("De la línea de Auto Feria");
  await accessible(adminPage);
  await item.getByRole("link", { name: "Decir de quién es" }).click();
  // By what was said: every buyer of these stories has one name.
  await adminPage.getByRole("searchbox").fill(words);
  await adminPage.getByRole("button", { name: "Buscar" }).click();
  const of = adminPage.getByRole("listitem").filter({ hasText: buyer.name });
  await expect(of).toHaveCount(1);
  await accessible(adminPage);
  await of.getByRole("button", { name: "Asignar aquí" }).click();
  await expect(adminPage.getByText("La respuesta está en su conversación.")).toBeVisible();
  await page.goto("/mensajes");
  await page.getByRole("link", { name: words }).click();
  await expect(new ThreadPage(page).lines).toContainText(reply);
  await threads.open();
  await expect(threads.unassigned(reply)).toHaveCount(0);

  // He answered last in it, so that only a search finds it by the buyer's words.
  await threads.open(words);
  const his = (await threads.thread(reply).getAttribute("href"))!.split("/").at(-1)!;
  const place = `El patio ${crypto.randomUUID()}`;
  await phoneSays(request, { From: sent.to, Latitude: "18.4861", Longitude: "-69.9312", Label: place });
  const waiting = threads.unassigned(`Ubicación: ${place}`);
  await expect(async () => {
    await threads.open();
    await expect(waiting).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  await accessible(dealerPage);
  // Nobody is chosen beforehand, and a press without a choice gives it to nobody.
  await expect(waiting.getByLabel("Es para")).toHaveValue("");
  await waiting.getByRole("button", { name: "Asignar", exact: true }).click();
  await expect(waiting).toBeVisible();
  await waiting.getByLabel("Es para").selectOption(his);
  await waiting.getByRole("button", { name: "Asignar" }).click();
  await expect(new ThreadPage(dealerPage).lines).toContainText(place);

  const nobodys = `Número equivocado ${crypto.randomUUID()}`;
  await phoneSays(request, { From: sent.to, Body: nobodys });
  await expect(async () => {
    await threads.open();
    await expect(threads.unassigned(nobodys)).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 15_000 });
  await threads.unassigned(nobodys).getByRole("button", { name: "No es de nadie" }).click();
  await expect(dealerPage.getByText("Esa respuesta no es de nadie: ya no está en la lista.")).toBeVisible();
  await expect(threads.unassigned(nobodys)).toHaveCount(0);
});

test("a conversation whose buyer erased his account is read and takes no answer", async ({
  page,
  buyer,
  dealerPage,
  request,
  accessible,
}) => {
  const words = `¿Sigue en venta? ${crypto.randomUUID()}`;
  await askSeller(page, request, words);
  const threads = new ThreadsPage(dealerPage);
  await threads.open(words);
  await threads.thread(buyer.name).first().click();
  const thread = new ThreadPage(dealerPage);
  await expect(thread.composer).toBeVisible();

  await page.goto("/cuenta/borrar");
  await page.getByLabel("Palabra").fill("BORRAR");
  await page.getByLabel("Contraseña").fill(buyer.password);
  await page.getByRole("button", { name: "Borrar para siempre" }).click();
  await expect(page).not.toHaveURL(/borrar/);
  await thread.refresh.click();
  await expect(dealerPage.getByText("Esta persona borró su cuenta: ya no recibe respuestas.")).toBeVisible();
  await expect(thread.composer).toHaveCount(0);
  await accessible(dealerPage);
});
