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

  /** What they asked about: makes and vehicles, of each as many as one likes. */
  get about() {
    return this.page.getByRole("group", { name: "Preguntaron por" });
  }

  /** The vehicles are folded away while there are many. */
  async choose(vehicle: string | RegExp) {
    const box = this.about.locator(".many").getByLabel(vehicle);
    if (!(await box.isVisible())) {
      await this.about.locator("summary").click();
    }
    await box.check();
  }

  get look() {
    return this.page.getByRole("button", { name: "Actualizar la vista previa" });
  }

  get review() {
    return this.page.getByRole("button", { name: "Revisar la oferta" });
  }
}
