export type InputErrorCode =
  | 'bad_flag'
  | 'bad_json'
  | 'not_an_object'
  | 'no_such_file'
  | 'unreadable_file'
  | 'several_sources';

/** Input that cannot be read; the message is meant to be printed as it is, and may have several lines. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly code: InputErrorCode;

  constructor(code: InputErrorCode, message: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.code = code;
  }
}
