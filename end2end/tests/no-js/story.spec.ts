import { expect, test } from "../../fixtures.ts";
import { SignInPage } from "../../pages/accounts.ts";
import { ContactForm } from "../../pages/contact.ts";
import { MessagePage, MessagesPage } from "../../pages/message.ts";
import { VehiclePage } from "../../pages/vehicle.ts";
import { created } from "../../world.ts";

for (const width of [320, 1280]) {
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height: 800 } });

    test("a buyer writes, mends, sends and sees it read; the dealer sees it with its cost", async ({
      page,
      dealerPage,
      request,
      accessible,
    }) => {
      const body = `Sin guiones, ¿sigue disponible? ${crypto.randomUUID()}`;
      const vehicle = new VehiclePage(page);
      await vehicle.open();
      await vehicle.contact.click();
      await new SignInPage(page).signIn("comprador@okla.test", "demo-okla-2026");

      const form = ContactForm.on(page);
      await expect(form.seller).not.toBeEditable();
      await form.message.fill("   ");
      await form.image.fill("http://ejemplo.do/foto.jpg");
      await form.send.click();
      await expect(page.getByRole("alert").filter({ visible: true }).getByRole("link")).toHaveText([
        "Escriba un mensaje.",
        "La dirección de la imagen debe empezar con https://.",
      ]);
      await expect(form.image).toHaveValue("http://ejemplo.do/foto.jpg");
      await expect(form.image).toHaveAccessibleDescription(/debe empezar con https/);
      if (width === 320) await accessible();

      await form.message.fill(body);
      await form.image.fill("https://ejemplo.do/foto.jpg");
      await form.send.click();
      await expect(page).toHaveURL(/\/mensajes\/[^/]+$/);
      const seen = new MessagePage(page);
      for (const state of ["Entregado", "Leído"]) {
        await expect(async () => {
          await seen.refresh.click();
          await expect(seen.status).toHaveText(state, { timeout: 100 });
        }).toPass({ timeout: 15_000, intervals: [300] });
      }
      await expect(seen.bubble).toContainText(body);
      await expect(seen.bubble, "a template bears no picture, but where it is").toContainText(/Imagen adjunta|Imagen: https:\/\/ejemplo.do\/foto.jpg/);
      await expect(page.locator("img[src^=http]")).toHaveCount(0);

      await dealerPage.goto("/panel/mensajes");
      const row = new MessagesPage(dealerPage).row(body);
      await expect(row).toContainText("Leído");
      await expect(row).toContainText("US$ 0.015");
      expect(await created(request, { body })).toHaveLength(1);
    });
  });
}

test("a double click is one message", async ({ page, buyer, request }) => {
  const body = `Dos veces el mismo formulario ${buyer.email}`;
  const form = await ContactForm.open(page);
  await form.message.fill(body);
  await form.send.dblclick();
  await expect(page).toHaveURL(/\/mensajes\/[^/]+$/);
  await expect.poll(() => created(request, { body })).toHaveLength(1);
  await page.goto("/mensajes");
  await expect(new MessagesPage(page).row("Dos veces")).toHaveCount(1);
});
