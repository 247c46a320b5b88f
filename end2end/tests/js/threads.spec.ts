import { expect, test } from "../../fixtures.ts";
import { ThreadPage, ThreadsPage } from "../../pages/threads.ts";
import { created, phoneSays } from "../../world.ts";

/** That nobody wrote to before, of those that simply get it. */
function freshNumber(): string {
  return `+1809${2_000 + Math.floor(Math.random() * 7_000)}321`;
}

test("a composer that lies open turns to free text, with its countdown, when the other side answers", async ({
  dealerPage: page,
  request,
  accessible,
}) => {
  const to = freshNumber();
  const words = `Llegó lo que buscaba ${crypto.randomUUID()}`;
  const { preview } = new ThreadPage(page);
  await page.goto("/panel/escribir");
  await expect(preview).toContainText("Se decide al enviar.");
  await page.getByLabel("WhatsApp del destinatario").fill(to);
  await page.getByLabel("Mensaje", { exact: true }).fill(words);
  await expect(preview.locator(".bubble")).toContainText(`«${words}»`);
  await accessible(page);
  const arrives = await preview.locator(".bubble p").textContent();
  await page.getByRole("button", { name: "Enviar" }).click();
  await expect(page).toHaveURL(/\/panel\/mensajes\//);
  await expect(async () => expect(await created(request, { to })).toHaveLength(1)).toPass({ timeout: 15_000 });
  expect(((await created(request, { to })) as { body: string }[])[0]!.body).toBe(arrives);

  const threads = new ThreadsPage(page);
  await threads.open(words);
  await threads.thread(words).click();
  const thread = new ThreadPage(page);
  await expect(preview).toContainText("WhatsApp solo deja pasar una plantilla aprobada");
  await thread.composer.fill("¿A qué hora viene?");
  await expect(preview.locator(".bubble")).toContainText("«¿A qué hora viene?»");

  await phoneSays(request, { From: `whatsapp:${to}`, Body: "Dígame" });
  await expect(thread.lines).toContainText("Dígame", { timeout: 15_000 });
  await expect(preview).toContainText(/Puede escribirle libremente hasta .* · quedan 23 h \d+ min/);
  await expect(preview).toContainText("Con sus propias palabras.");
  await expect(preview.locator(".bubble")).toHaveText("¿A qué hora viene?");
  await expect(thread.composer).toHaveValue("¿A qué hora viene?");
  await accessible(page);
});

test("a countdown that ends asks the server by which way it goes now", async ({ dealerPage: page, request }) => {
  const to = freshNumber();
  const words = `Le guardo el carro ${crypto.randomUUID()}`;
  await page.goto("/panel/escribir");
  await page.getByLabel("WhatsApp del destinatario").fill(to);
  await page.getByLabel("Mensaje", { exact: true }).fill(words);
  await page.getByRole("button", { name: "Enviar" }).click();
  await expect(page).toHaveURL(/\/panel\/mensajes\//);
  await phoneSays(request, { From: `whatsapp:${to}`, Body: "Gracias" });
  await page.clock.install();
  const threads = new ThreadsPage(page);
  await threads.open(words);
  await threads.thread(words).or(threads.thread("Gracias")).first().click();
  await expect(new ThreadPage(page).preview).toContainText("quedan ");
  const asked = page.waitForRequest(/\/fn\/vista-previa$/);
  await page.clock.fastForward("24:00:00");
  await asked;
});
