// What the admin sees of the system; that its figures are true src/tests/system.rs proves.
import { expect, test } from "../fixtures.ts";

test("the admin sees how the system is and tests the way of Twilio's callbacks", async ({ adminPage, accessible }) => {
  await adminPage.goto("/admin/limites");
  await adminPage.getByRole("link", { name: "Sistema" }).click();
  await expect(adminPage.getByRole("heading", { name: "Sistema", level: 1 })).toBeVisible();
  await expect(adminPage.getByText("Cerrado: se envía")).toBeVisible();
  await expect(adminPage.getByRole("cell", { name: "Reparte" }).first()).toBeVisible();
  await accessible(adminPage);
  await adminPage.getByRole("button", { name: "Probar la dirección de avisos" }).click();
  const callbacks = adminPage.locator("#avisos");
  await expect(callbacks).toContainText("respondió 204 y la firma vale.");
  await expect(callbacks).toContainText(/De eso, nuestro servidor\s*[\d.]+ ms/);
  await accessible(adminPage);
  await adminPage.getByRole("link", { name: "Actualizar" }).click();
  await expect(callbacks).not.toContainText("respondió 204");
});
