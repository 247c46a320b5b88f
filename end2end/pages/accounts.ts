import type { Page } from "@playwright/test";

/** Whoever signs up here. */
export type Person = { name: string; email: string; phone: string; password: string };

/** Nobody that another test knows. */
export function newPerson(): Person {
  return {
    name: "María Altagracia Peña",
    email: `maria.${crypto.randomUUID()}@correo.do`,
    phone: "809-555-0177",
    password: "una guagua bien llena",
  };
}

/** `/ingresar` */
export class SignInPage {
  constructor(readonly page: Page) {}

  async signIn(email: string, password: string) {
    await this.page.getByLabel("Correo electrónico").fill(email);
    await this.page.getByLabel("Contraseña").fill(password);
    await this.page.getByRole("main").getByRole("button", { name: "Ingresar" }).click();
  }

  get signUpInstead() {
    return this.page.getByRole("link", { name: "Cree su cuenta" });
  }
}

/** `/registro` */
export class SignUpPage {
  constructor(readonly page: Page) {}

  async open() {
    await this.page.goto("/registro");
  }

  async fill({ name, email, phone, password }: Person) {
    await this.page.getByLabel("Nombre", { exact: true }).fill(name);
    await this.page.getByLabel("Correo electrónico").fill(email);
    await this.page.getByLabel("Teléfono", { exact: true }).fill(phone);
    await this.page.getByLabel("Contraseña").fill(password);
  }

  get consent() {
    return this.page.getByLabel("Acepto que OKLA comparta");
  }

  async submit() {
    await this.page.getByRole("button", { name: "Crear cuenta" }).click();
  }
}
