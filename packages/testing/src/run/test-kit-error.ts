/** A test that cannot be what its author meant: it names what the workflow does not have, or would wait for ever. */
export class TestKitError extends Error {
  override readonly name: string = 'TestKitError';
}
