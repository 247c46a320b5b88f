// The contract's table of numbers, and what a dealer is to read of each.

/** What must be read: the pill, and where it did not simply arrive, what happened, whether it was charged, what to do. */
export type Expected = { ending: string; status: string; told?: [what: string, charged: string, todo: string]; once?: true };

const FREE = "No se cobró.";
const OTHER_WAY = "Comuníquese por otra vía";
const AGAIN = "Puede enviarlo de nuevo con confianza";

/** `once`: Twilio's answer is lost after the create, so a second create would reach the phone twice. */
export const NUMBERS: Expected[] = [
  { ending: "211", status: "Fallido", told: ["El número no es válido.", FREE, "Revise el número."] },
  { ending: "610", status: "Fallido", told: ["El destinatario pidió no recibir mensajes.", FREE, "no le escriba por esta vía"] },
  { ending: "003", status: "No entregado", told: ["Este número no tiene WhatsApp activo.", FREE, OTHER_WAY] },
  { ending: "016", status: "No entregado", told: ["Pasaron más de 24 horas", FREE, "Envíe una plantilla aprobada"] },
  { ending: "018", status: "Fallido", told: ["el límite de mensajes que WhatsApp concede a OKLA", FREE, "mañana"] },
  { ending: "024", status: "Fallido", told: ["WhatsApp no puede entregar a este número", FREE, OTHER_WAY] },
  { ending: "049", status: "No entregado", told: ["WhatsApp limitó este mensaje promocional", FREE, "No insista hoy"] },
  { ending: "429", status: "Leído" },
  { ending: "500", status: "Fallido", told: ["el servicio de mensajes nunca lo recibió", FREE, AGAIN] },
  { ending: "502", status: "Leído", once: true },
  { ending: "504", status: "Leído", once: true },
  { ending: "505", status: "Fallido", told: ["el servicio de mensajes nunca lo recibió", FREE, AGAIN] },
  { ending: "506", status: "Leído", once: true },
  { ending: "520", status: "Leído", once: true },
  { ending: "777", status: "Leído" },
  { ending: "888", status: "Leído" },
  { ending: "999", status: "Enviado", told: ["aún no confirma la entrega", "Se cobra como cualquier mensaje.", "Espere un poco."] },
];

/** A Dominican number that ends so. */
export function numberEnding(ending: string): string {
  return `+18095550${ending}`;
}
