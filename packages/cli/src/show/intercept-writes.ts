export type Write = (...args: readonly unknown[]) => boolean;

/** Puts a function of ours around a stream's `write`; gives what undoes it. */
export function interceptWrites(stream: NodeJS.WritableStream, around: (write: Write) => Write): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, 'write');
  const write = stream.write.bind(stream) as Write;
  Object.defineProperty(stream, 'write', { value: around(write), configurable: true, writable: true });
  return () => {
    if (own === undefined) Reflect.deleteProperty(stream, 'write');
    else Object.defineProperty(stream, 'write', own);
  };
}
