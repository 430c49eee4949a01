import { type AnyAlgorithm, checkAlgorithm, type LegacyOptions } from './algorithm.ts';
import { Digest } from './digest-value.ts';
import { openEngine } from './engine/open-engine.ts';
import { IntegrityError } from './errors.ts';
import { createDigest, kindOf } from './hasher.ts';
import { type ByteStream, piecesOf } from './pieces.ts';

/** Bytes, or a stream of bytes: a Node or web stream, a `Blob` or `File`, a generator, an array of pieces. */
export type DigestInput = ByteStream | Uint8Array;

/** Options of `digest` and `digestFile`. */
export interface DigestOptions extends LegacyOptions {
  /** Default `sha256`. */
  readonly algorithm?: AnyAlgorithm | undefined;
  /** Ends it early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Computes the digest of some bytes or of a stream. A stream is read once, piece by piece; where its pieces begin and
 * end makes no difference.
 *
 * @throws {IntegrityError} `UNKNOWN_ALGORITHM`; `LEGACY_ALGORITHM`; `INVALID_INPUT` for anything but bytes, text included.
 * An error of the stream itself is passed on as it is.
 * @example
 * ```ts
 * import { createReadStream } from 'node:fs';
 * import { digest } from '@x/integrity';
 *
 * const fast = await digest(createReadStream('backup.tar'), { algorithm: 'blake3' });
 * console.log(`${fast}`); // blake3:…
 * ```
 */
export async function digest(input: DigestInput, options: DigestOptions = {}): Promise<Digest> {
  const algorithm = checkAlgorithm(options.algorithm ?? 'sha256', options);
  options.signal?.throwIfAborted();
  if (input instanceof Uint8Array) return await digestBytes(input, algorithm);
  const pieces = piecesOf(input);
  if (pieces === undefined) {
    throw new IntegrityError('INVALID_INPUT', `Expected bytes or a stream of bytes, got ${kindOf(input)}.`, {
      hint: 'Turn text into bytes with new TextEncoder().encode(text); for the file at a path use digestFile.',
    });
  }
  const hasher = await createDigest(algorithm, options);
  for await (const piece of pieces) {
    options.signal?.throwIfAborted();
    hasher.update(piece);
  }
  return hasher.digest();
}

async function digestBytes(bytes: Uint8Array, algorithm: AnyAlgorithm): Promise<Digest> {
  const engine = await openEngine(algorithm);
  engine.update(bytes);
  return new Digest(algorithm, engine.finish());
}
