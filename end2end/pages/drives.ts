import type { Page } from "@playwright/test";

/** `/pruebas/{id}` and `/panel/pruebas/{id}`: a test drive as its two sides see it. */
export class DrivePage {
  constructor(readonly page: Page) {}

  /** The only one of its kind in the list of that side. */
  async open(list: "/pruebas" | "/panel/pruebas", who: string) {
    await this.page.goto(list);
    await this.page.getByRole("link", { name: who }).click();
  }

  get main() {
    return this.page.getByRole("main");
  }

  get cancel() {
    return this.page.getByRole("button", { name: "Cancelar la prueba" });
  }

  /** Sets another time than those proposed, as a browser's field holds it. */
  async setTime(when: string) {
    await this.page.getByLabel("Otra hora").fill(when);
    await this.page.getByRole("button", { name: "Poner esta hora" }).click();
  }
}
