import type { Page } from "@playwright/test";

/** `/panel/conversaciones` */
export class ThreadsPage {
  constructor(readonly page: Page) {}

  async open(words = "") {
    return this.page.goto(`/panel/conversaciones${words && `?q=${encodeURIComponent(words)}`}`);
  }

  /** A conversation in the list. */
  thread(text: string) {
    const unassigned = this.page.getByRole("combobox");
    return this.page.getByRole("main").getByRole("listitem").filter({ hasText: text, hasNot: unassigned }).getByRole("link");
  }

  /** Words from the dealer's own number that are in no conversation yet. */
  unassigned(text: string) {
    return this.page.getByRole("region", { name: "Respuestas sin asignar" }).getByRole("listitem").filter({ hasText: text });
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

  /** What the dealer's people say again and again. */
  get quick() {
    return this.page.getByRole("group", { name: "Respuestas rápidas" }).getByRole("button");
  }

  get composer() {
    return this.page.getByLabel("Su respuesta");
  }

  get preview() {
    return this.page.getByRole("region", { name: "Vista previa" });
  }

  async giveTo(name: string) {
    await this.page.getByLabel("Asignada a").selectOption({ label: name });
    await this.page.getByRole("button", { name: "Guardar" }).click();
  }

  get refresh() {
    return this.page.getByRole("link", { name: "Actualizar" });
  }
}
