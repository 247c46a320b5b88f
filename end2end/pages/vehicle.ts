import { expect, type Page } from "@playwright/test";
import { ContactForm } from "./contact.ts";

/** The demo dealer's Toyota Corolla; its seller's number is a plain one, where all goes well. */
export const COROLLA = "01900000-0000-7000-8000-0000000f0001";

/** `/vehiculos/{id}` */
export class VehiclePage {
  constructor(readonly page: Page) {}

  async open(id = COROLLA) {
    return this.page.goto(`/vehiculos/${id}`);
  }

  /** The one act of writing: a link that opens the dialog where scripts run. */
  get contact() {
    return this.page.getByRole("link", { name: "Contactar por WhatsApp" });
  }

  get dialog() {
    return this.page.getByRole("dialog", { name: "Contactar por WhatsApp" });
  }

  get form() {
    return new ContactForm(this.dialog);
  }

  /** Opens the dialog, once the island that does it is awake: only it says how the counter is read. */
  async openDialog() {
    await this.page.locator("[data-counter][aria-live]").waitFor({ state: "attached" });
    await this.contact.click();
    await expect(this.dialog).toBeVisible();
    return this.form;
  }
}
