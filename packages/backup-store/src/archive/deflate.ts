import { BackupError } from '../errors.ts';
import type { CompressionLevel } from './contract.ts';

/** Pieces are put together or cut to this size before they are deflated: the bytes that come out depend on where pieces end. */
const PIECE_BYTES = 256 * 1024;
/** What counts as shrinking: less than this part of the first piece. */
const WORTH_IT = 0.95;
/** Archives are written once and kept long. */
const DEFAULT_LEVEL = 9;
const LEVELS: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/**
 * The level to compress an archive with; pure.
 *
 * @throws {BackupError} `INVALID_OPTION`.
 */
export function checkedLevel(level: CompressionLevel = DEFAULT_LEVEL): CompressionLevel {
  if (LEVELS.includes(level)) return level;
  throw new BackupError('INVALID_OPTION', `Expected a level of compression from 1 to 9, got ${level}`, {
    hint: 'To compress nothing, export with compression "store".',
  });
}

// Loaded when an archive is deflated, and not before.
const encoder = (): Promise<typeof import('fflate')> => import('fflate');

/**
 * Deflates with an encoder in JavaScript whose version is pinned: those of zlib give other bytes from one processor and version of Node
 * to the next.
 */
export async function* deflated(
  content: AsyncIterable<Uint8Array>,
  level: CompressionLevel,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { Deflate } = await encoder();
  const out: Uint8Array[] = [];
  const stream = new Deflate({ level }, (bytes) => out.push(bytes));
  let last: Uint8Array = new Uint8Array(0);
  for await (const piece of inPieces(content)) {
    if (last.length > 0) stream.push(last);
    last = piece;
    yield* out.splice(0);
  }
  stream.push(last, true);
  yield* out;
}

/** Deflates what is in memory; `undefined` when that makes it no smaller. */
export async function deflatedWhole(content: Uint8Array, level: CompressionLevel): Promise<Uint8Array | undefined> {
  const { deflateSync } = await encoder();
  const smaller = deflateSync(content, { level });
  return smaller.length < content.length * WORTH_IT ? smaller : undefined;
}

/** Whether a content that begins like this is worth deflating. */
export async function shrinks(start: Uint8Array, level: CompressionLevel): Promise<boolean> {
  return (await deflatedWhole(start.subarray(0, PIECE_BYTES), level)) !== undefined;
}

async function* inPieces(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  let open = Buffer.allocUnsafeSlow(PIECE_BYTES);
  let filled = 0;
  for await (const bytes of content) {
    for (let done = 0; done < bytes.length;) {
      const piece = bytes.subarray(done, done + PIECE_BYTES - filled);
      open.set(piece, filled);
      filled += piece.length;
      done += piece.length;
      if (filled < PIECE_BYTES) continue;
      yield open;
      // The encoder, or whoever waits for the next piece, still has it.
      open = Buffer.allocUnsafeSlow(PIECE_BYTES);
      filled = 0;
    }
  }
  if (filled > 0) yield open.subarray(0, filled);
}
