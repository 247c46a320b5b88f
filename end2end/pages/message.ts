import type { Page } from "@playwright/test";

/** `/mensajes/{id}` and `/panel/mensajes/{id}` */
export class MessagePage {
  constructor(readonly page: Page) {}

  get status() {
    return this.page.getByRole("main").locator(".pill");
  }

  get bubble() {
    return this.page.locator(".panel .bubble");
  }

  /** Of a message that went in several, a line each. */
  get parts() {
    return this.page.getByRole("list", { name: "Partes del mensaje" }).getByRole("listitem");
  }

  /** What happened, was it charged, what to do; only where a message did not simply arrive. */
  get told() {
    return this.page.getByRole("main").locator(".notice");
  }

  get refresh() {
    return this.page.getByRole("link", { name: "Actualizar" });
  }
}

/** `/mensajes` and `/panel/mensajes` */
export class MessagesPage {
  constructor(readonly page: Page) {}

  /** Rows are cards on a phone, where they are no rows to a browser: hence by element. */
  row(text: string) {
    return this.page.locator("tbody tr").filter({ hasText: text });
  }
}
