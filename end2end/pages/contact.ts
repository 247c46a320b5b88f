import type { Locator, Page } from "@playwright/test";
import { COROLLA } from "./vehicle.ts";

/** The contact form, in the dialog or on its own page. */
export class ContactForm {
  constructor(readonly within: Locator) {}

  /** `/vehiculos/{id}/contactar` */
  static async open(page: Page, id = COROLLA) {
    await page.goto(`/vehiculos/${id}/contactar`);
    return ContactForm.on(page);
  }

  static on(page: Page) {
    return new ContactForm(page.getByRole("main"));
  }

  get message() {
    return this.within.getByLabel("Mensaje");
  }

  get image() {
    return this.within.getByLabel("Dirección de una imagen");
  }

  get seller() {
    return this.within.getByLabel("WhatsApp del vendedor");
  }

  get counter() {
    return this.within.locator("#message-hint");
  }

  get send() {
    return this.within.locator("button[type=submit]");
  }

  get cancel() {
    return this.within.getByRole("link", { name: "Cancelar" });
  }

  /** Sends and goes to the message's page: by itself without scripts, by the link that takes the form's place with them. */
  async sendAndFollow(page: Page) {
    await this.send.click();
    await this.accepted.or(page.getByRole("heading", { name: "Mensaje", exact: true })).waitFor();
    if (await this.accepted.isVisible()) await this.seeMessage.click();
    await page.waitForURL("**/mensajes/*");
  }

  get seeMessage() {
    return this.within.getByRole("link", { name: "Ver el mensaje" });
  }

  get accepted() {
    return this.within.getByRole("heading", { name: "Enviado al concesionario" });
  }
}
