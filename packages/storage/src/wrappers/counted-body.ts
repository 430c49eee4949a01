import { chunksOf, isReplayable } from '../body.ts';
import type { Body } from '../contract.ts';

/** The same body, of the same kind, that tells of each chunk as it is taken. Nobody pulls a `Uint8Array`, so it counts at once. */
export function countedBody(body: Body, onBytes: (bytes: number) => void): Body {
  if (body instanceof Uint8Array) {
    onBytes(body.length);
    return body;
  }
  return isReplayable(body) ? () => counted(body, onBytes) : counted(body, onBytes);
}

/** Passes chunks on and tells how many bytes each has. */
export async function* counted(
  body: Body,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of chunksOf(body)) {
    onBytes(chunk.length);
    yield chunk;
  }
}
