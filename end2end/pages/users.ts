import type { Page } from "@playwright/test";
import { createHmac } from "node:crypto";

/** What a telephone's app shows: RFC 6238 of a base32 secret, SHA-1, six digits, 30 s. */
export function codeOf(secret: string, at = Date.now()): string {
  const bits = [...secret.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(step).digest();
  const number = digest.readUInt32BE(digest.at(-1)! & 15) & 0x7fffffff;
  return (number % 1_000_000).toString().padStart(6, "0");
}

/** `/cuenta/segundo-factor` and the code's page at sign-in. */
export class SecondFactorPage {
  constructor(readonly page: Page) {}

  async open() {
    await this.page.goto("/cuenta/segundo-factor");
  }

  /** Begins, and reads the secret that is written under the QR code. */
  async begin(password: string): Promise<string> {
    await this.page.getByLabel("Contraseña").fill(password);
    await this.page.getByRole("button", { name: "Activar", exact: true }).click();
    return (await this.page.locator(".secret").textContent())!;
  }

  get code() {
    return this.page.getByLabel("Código", { exact: true });
  }

  get recoveryCodes() {
    return this.page.locator(".codes code");
  }

  async confirm(code: string) {
    await this.code.fill(code);
    await this.page.getByRole("button", { name: "Confirmar" }).click();
  }

  async enter(code: string) {
    await this.code.fill(code);
    await this.page.getByRole("main").getByRole("button", { name: "Ingresar" }).click();
  }
}

/** `/admin/usuarios` and a user's own page there. */
export class UsersPage {
  constructor(readonly page: Page) {}

  async open() {
    await this.page.goto("/admin/usuarios");
  }

  async find(words: string) {
    await this.page.getByLabel("Nombre o correo").fill(words);
    await this.page.getByRole("button", { name: "Buscar" }).click();
  }

  /** Opens one of the page's folded forms, gives the reason and presses. */
  async act(summary: string, reason: string, button: string) {
    const form = this.page.locator("details", { has: this.page.getByText(summary, { exact: true }) });
    // The button may bear the summary's words.
    if ((await form.getAttribute("open")) === null) await form.locator("summary").click();
    await form.getByLabel("Motivo").fill(reason);
    await form.getByRole("button", { name: button }).click();
  }
}
