import type { Page } from "@playwright/test";

/** `/panel/ofertas/nueva`, and the page on which it is looked at. */
export class OfferForm {
  constructor(readonly page: Page) {}

  async open() {
    await this.page.goto("/panel/ofertas");
    await this.page.getByRole("link", { name: "Nueva oferta" }).first().click();
    await this.page.getByRole("heading", { name: "Nueva oferta" }).waitFor();
  }

  get words() {
    return this.page.getByLabel("Texto de la oferta");
  }

  get since() {
    return this.page.getByLabel("Escribió desde");
  }

  get preview() {
    return this.page.locator(".bubble");
  }

  get look() {
    return this.page.getByRole("button", { name: "Actualizar la vista previa" });
  }

  get review() {
    return this.page.getByRole("button", { name: "Revisar la oferta" });
  }
}
