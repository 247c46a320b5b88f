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
