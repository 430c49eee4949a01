/** What gives bytes piece by piece. */
export type ByteStream = AsyncIterable<Uint8Array> | Iterable<Uint8Array> | ReadableStream<Uint8Array> | Blob;

/** The pieces of a stream, or `undefined` for what is none. */
export function piecesOf(input: unknown): AsyncIterable<Uint8Array> | Iterable<Uint8Array> | undefined {
  if (input instanceof Blob) return piecesOf(input.stream());
  if (isIterable(input)) return input;
  return input instanceof ReadableStream ? readPieces(input as ReadableStream<Uint8Array>) : undefined;
}

function isIterable(input: unknown): input is AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof input !== 'object' || input === null) return false;
  const { [Symbol.asyncIterator]: later, [Symbol.iterator]: now } = input as Readonly<Record<symbol, unknown>>;
  return typeof later === 'function' || typeof now === 'function';
}

/** Not every browser lets one iterate over a web stream. */
async function* readPieces(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    ended = true;
  } finally {
    // As iteration does when it is left early.
    if (!ended) await reader.cancel();
    reader.releaseLock();
  }
}
