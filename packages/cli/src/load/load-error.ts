export type LoadErrorCode =
  | 'no_such_file'
  | 'is_a_directory'
  | 'unsupported_file'
  | 'unreadable_file'
  | 'bad_tsconfig'
  | 'syntax_error'
  | 'module_not_found'
  | 'failed_on_import'
  | 'chain_too_long'
  | 'no_workflow'
  | 'several_workflows'
  | 'no_such_export';

/** Where in the user's source: `line` and `column` count from one, as editors do. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

export interface LoadErrorOptions {
  readonly cause?: unknown;
  readonly location?: SourceLocation | undefined;
}

/** A pipeline file that cannot be turned into a workflow; the message is meant to be printed as it is. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code: LoadErrorCode;
  readonly location: SourceLocation | undefined;

  constructor(code: LoadErrorCode, message: string, options: LoadErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.location = options.location;
  }
}
