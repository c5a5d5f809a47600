/** Shorter values are not looked for: they would be found everywhere. In characters. */
export const SHORTEST = 4;
/** Lines of a value with several, such as a private key, are looked for by themselves from so many characters. */
const SHORTEST_LINE = 16;

/**
 * All that a value may look like once it has been written somewhere: as it is, in JSON (and in JSON within JSON), in a URL
 * or a form, as hexadecimal digits and in base64, at whatever place of a longer text that was encoded.
 */
export function formsOf(value: string): readonly string[] {
  const lines = value
    .split(/\r?\n/)
    .filter((line) => line.length >= SHORTEST_LINE && line !== value && !line.startsWith('-----'));
  const forms = [value, value.trim(), ...lines].flatMap((text) => [text, ...encoded(text)]);
  return [...new Set(forms)].filter((form) => form.length >= SHORTEST);
}

function encoded(text: string): readonly string[] {
  if (text.length < SHORTEST) return [];
  const json = inJson(text);
  // Lone surrogates cannot stand in a URL.
  const url = encodeURIComponent(new TextDecoder().decode(toBytes(text)));
  const form = new URLSearchParams({ v: text }).toString().slice('v='.length);
  return [
    ...[text, json, inJson(json)].flatMap((written) => [written, ...inDigits(toBytes(written))]),
    ...[url, form].flatMap((quoted) => [quoted, lowerEscapes(quoted)]),
  ];
}

function inDigits(bytes: Uint8Array): readonly string[] {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  const base64 = [0, 1, 2].map((before) => inBase64(bytes, before));
  return [
    asBytes(bytes),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((digits) => digits.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

function toBytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes as a text in which those of another text can be searched. */
export function asBytes(bytes: Uint8Array): string {
  return LATIN.decode(bytes);
}

const LATIN = new TextDecoder('latin1');

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function lowerEscapes(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}

/** The digits that depend on these bytes alone, where so many others stand before them, or a multiple of three more. */
function inBase64(bytes: Uint8Array, before: number): string {
  const all = String.fromCodePoint(...new Uint8Array(before), ...bytes);
  const whole = Math.floor((all.length * 8) / 6);
  return btoa(all).slice(Math.ceil((before * 8) / 6), whole);
}
