import type { Page } from "@playwright/test";

/** `/cuenta/numero` and `/olvide-mi-clave`: a code that waits to be sent. */
export class CodePage {
  constructor(readonly page: Page) {}

  /** `OKLA 4F7K2Q` */
  async code(): Promise<string> {
    return (await this.page.locator("code.secret").first().innerText()).trim();
  }

  get whatsapp() {
    return this.page.getByRole("link", { name: "Abrir WhatsApp con el código escrito" });
  }

  get refresh() {
    return this.page.getByRole("link", { name: "Ya lo envié, actualizar" });
  }
}

/** `/cuenta` */
export class AccountPage {
  constructor(readonly page: Page) {}

  async open() {
    await this.page.goto("/cuenta");
  }

  consent(name: string) {
    return this.page.getByRole("listitem").filter({ has: this.page.getByText(name, { exact: true }) });
  }
}
