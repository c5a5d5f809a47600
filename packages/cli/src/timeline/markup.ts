/** A text of the user's as it can stand in XML and HTML, in quotes too. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(NOT_IN_XML, '\uFFFD').replaceAll(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
}

/** Characters that no XML document may have, lone halves of surrogate pairs among them. */
// oxlint-disable-next-line no-control-regex -- these are what has to go
const NOT_IN_XML = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A number as short as a picture needs it. */
export function coordinate(number: number): string {
  return String(Math.round(number * 10) / 10);
}
