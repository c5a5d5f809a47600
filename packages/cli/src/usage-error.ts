/** A command line that cannot be carried out; the message is meant to be printed as it is. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
