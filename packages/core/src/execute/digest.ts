/** A short text that stands for a long one: its SHA-256, in hexadecimal. What it takes is loaded when first needed. */
export function digest(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text, 'utf8').digest('hex');
}
