import type { Page } from "@playwright/test";

/** `/`: the vehicles. */
export class HomePage {
  constructor(readonly page: Page) {}

  async open(query = "") {
    return this.page.goto(`/${query}`);
  }

  async search(text: string, make?: string) {
    await this.page.getByLabel("¿Qué busca?").fill(text);
    if (make) await this.page.getByLabel("Marca").selectOption(make);
    await this.page.getByRole("button", { name: "Buscar" }).click();
  }

  get heading() {
    return this.page.getByRole("heading", { level: 1 });
  }

  /** The names of the vehicles, each a link to its page. */
  get vehicles() {
    return this.page.locator(".cards h2 a");
  }

  get activeFilters() {
    return this.page.getByRole("navigation", { name: "Filtros puestos" }).getByRole("link");
  }
}
