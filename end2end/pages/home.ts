import type { Page } from "@playwright/test";

/** `/`: the vehicles. */
export class HomePage {
  constructor(readonly page: Page) {}

  async open() {
    return this.page.goto("/");
  }

  get heading() {
    return this.page.getByRole("heading", { level: 1 });
  }
}
