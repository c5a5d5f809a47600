/** An implementation of a port breaks one of the port's rules; `cause` is what the check found. */
export class ConformanceError extends Error {
  override readonly name = 'ConformanceError';
  readonly code = 'not_conforming' as const;
  /** The port's name. */
  readonly port: string;
  /** The name of the case that found it. */
  readonly case: string;

  constructor(port: string, rule: { readonly name: string; readonly why: string }, cause: unknown) {
    const found = cause instanceof Error ? cause.message : String(cause);
    super(`this ${port} breaks the rule '${rule.name}': ${found}. What has to hold: ${rule.why}`, { cause });
    this.port = port;
    this.case = rule.name;
  }
}
