import { createReadStream } from 'node:fs';
import { digest, type DigestInput } from '../digest.ts';
import type { Digest } from '../digest-value.ts';
import { fileError } from '../file-error.ts';
import { piecesOf } from '../pieces.ts';

/** What a signature says about content. */
export interface Measure {
  /** SHA-256. */
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** A file to sign or to verify, as `{ path }`. */
export interface FileInput {
  readonly path: string | URL;
}

/** Bytes, a stream of bytes as for `digest`, or a file as `{ path }`. */
export type SignInput = DigestInput | FileInput;

const PIECE_BYTES = 1 << 20;

/**
 * Reads content once, for its SHA-256 and its size.
 *
 * @throws {IntegrityError} `INVALID_INPUT`; `READ_FAILED` for a file.
 */
export async function measure(input: SignInput, signal: AbortSignal | undefined): Promise<Measure> {
  if (input instanceof Uint8Array) return { digest: await digest(input, { signal }), size: input.length };
  if (isFile(input)) return await measureStream(readFile(input.path), signal);
  return await measureStream(input, signal);
}

async function measureStream(input: DigestInput, signal: AbortSignal | undefined): Promise<Measure> {
  const pieces = piecesOf(input);
  // digest() refuses what gives no pieces, in its words.
  if (pieces === undefined) return { digest: await digest(input, { signal }), size: 0 };
  const given = pieces;
  let size = 0;
  async function* counting(): AsyncGenerator<Uint8Array> {
    for await (const piece of given) {
      yield piece;
      size += piece.length;
    }
  }
  return { digest: await digest(counting(), { signal }), size };
}

async function* readFile(path: string | URL): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: PIECE_BYTES }) as AsyncIterable<Buffer>;
  } catch (cause) {
    throw fileError('READ_FAILED', 'a file that can be read', { path, cause });
  }
}

function isFile(input: SignInput): input is FileInput {
  return typeof input === 'object' && input !== null && 'path' in input && piecesOf(input) === undefined;
}
