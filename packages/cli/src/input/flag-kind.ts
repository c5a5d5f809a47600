/** What a flag's text is read as; `any` takes JSON where it looks like JSON and plain text otherwise. */
export type FlagKind =
  | 'text'
  | 'number'
  | 'integer'
  | 'boolean'
  | 'null'
  | 'json'
  | 'date'
  | 'bigint'
  | 'any';
