import type { Page } from "@playwright/test";

/** `/panel/conversaciones` */
export class ThreadsPage {
  constructor(readonly page: Page) {}

  async open(words = "") {
    return this.page.goto(`/panel/conversaciones${words && `?q=${encodeURIComponent(words)}`}`);
  }

  /** A conversation in the list. */
  thread(text: string) {
    return this.page.getByRole("main").getByRole("listitem").filter({ hasText: text }).getByRole("link");
  }
}

/** `/panel/conversaciones/{id}`, and the conversation under a buyer's own message. */
export class ThreadPage {
  constructor(readonly page: Page) {}

  get lines() {
    return this.page.getByRole("log", { name: "Conversación" });
  }

  async answer(text: string) {
    await this.page.getByLabel("Su respuesta").fill(text);
    await this.page.getByRole("button", { name: "Responder" }).click();
  }

  get refresh() {
    return this.page.getByRole("link", { name: "Actualizar" });
  }
}
