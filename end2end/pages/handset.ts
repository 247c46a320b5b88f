import type { Page } from "@playwright/test";

/** `/demo/telefono`: the simulated telephone of a number that OKLA wrote to. */
export class HandsetPage {
  constructor(readonly page: Page) {}

  async open(number: string) {
    return this.page.goto(`/demo/telefono?numero=${encodeURIComponent(number)}`);
  }

  get conversation() {
    return this.page.getByRole("region", { name: "Conversación con OKLA" });
  }

  async answer(text: string) {
    await this.page.getByLabel("Mensaje a OKLA").fill(text);
    await this.page.getByRole("button", { name: "Enviar" }).click();
  }

  /** A button of the template that says so. */
  buttonUnder(words: string, name: string) {
    const bubble = this.conversation.locator(".bubble", { hasText: words }).last();
    return bubble.locator("xpath=following-sibling::form").getByRole("button", { name }).first();
  }

  get refresh() {
    return this.page.getByRole("link", { name: "Actualizar" });
  }
}
