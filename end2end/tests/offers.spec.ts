import { expect, test } from "../fixtures.ts";
import { ContactForm } from "../pages/contact.ts";
import { OfferForm } from "../pages/offers.ts";
import { VehiclePage } from "../pages/vehicle.ts";

test("a dealer writes an offer, sees how it arrives and whom it may not reach, and nothing is sent", async ({
  page,
  buyer: _,
  dealerPage,
  accessible,
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
  await offer.look.click();
  await expect(offer.preview).toContainText("PUBLICIDAD de");
  await expect(offer.preview).toContainText(`José Peña: ${words} Si no quiere más ofertas`);
  await expect(offer.words).toHaveValue(words);

  await offer.words.fill("palabra ".repeat(200));
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
});
