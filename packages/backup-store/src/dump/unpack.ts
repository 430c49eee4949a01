import type { Transform } from 'node:stream';
import { codeOf } from '../errors.ts';
import { DumpFlaw } from './flaw.ts';

/** A decompressor of `node:zlib`, which counts what it has taken in. */
export type Decompressor = Transform & { readonly bytesWritten: number };

/** Where {@link unpack} takes bytes from, and puts those back that lie behind the end of the stream. */
export interface PackedBytes {
  readonly next: () => Promise<Buffer | undefined>;
  readonly unread: (bytes: Buffer) => void;
}

async function feed({ next, unread }: PackedBytes, into: Decompressor): Promise<void> {
  let given = 0;
  for (;;) {
    const piece = await next();
    if (piece === undefined) return void into.end();
    given += piece.length;
    await new Promise<void>((resolve, reject) => into.write(piece, (error) => (error ? reject(error) : resolve())));
    // The stream ended within this piece: the decompressor takes no more.
    const left = given - into.bytesWritten;
    if (left > 0) return unread(piece.subarray(piece.length - left));
  }
}

function flawOf(error: unknown, what: string): unknown {
  const code = codeOf(error);
  if (!/^(Z|ZSTD)_/.test(code)) return error;
  if (code === 'Z_BUF_ERROR') return new DumpFlaw('incomplete', `${what} ends in the middle of its data`);
  if (code === 'ZSTD_error_frameParameter_windowTooLarge')
    return new DumpFlaw(
      'unknown',
      `${what} needs a window above 128 MiB (\`zstd --long\`), which is not unpacked here`,
    );
  return new DumpFlaw('damaged', `${what} does not unpack: ${(error as Error).message}`);
}

/**
 * Unpacks one compressed stream and stops at its end, in the memory of a few buffers.
 *
 * @param what Names it in messages.
 * @throws {DumpFlaw} `incomplete`, `damaged`; `unknown` for a window that is too large.
 */
export async function* unpack(
  packed: PackedBytes,
  decompressor: Decompressor,
  what: string,
): AsyncGenerator<Buffer, void, undefined> {
  const fed = feed(packed, decompressor);
  // What went wrong there comes out where the bytes would.
  fed.catch((error: unknown) => decompressor.destroy(error as Error));
  try {
    yield* decompressor as AsyncIterable<Buffer>;
    await fed;
  } catch (error) {
    throw flawOf(error, what);
  } finally {
    decompressor.destroy();
  }
}
