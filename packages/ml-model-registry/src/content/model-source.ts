import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { BackupSource } from '@x/backup-store';

/** Name of the source, under which the pieces lie in a snapshot. */
export const CONTENT = 'content';

/** A file to store. */
export interface ModelFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Places where it is cut, ascending. */
  readonly cuts: readonly number[];
}

/** A source that tells what it has read. */
export interface ModelSource extends BackupSource {
  /** `sha256:<hex>` of what was read last; `undefined` when it was not read to its end. */
  readonly digest: () => string | undefined;
}

/** Name of a piece: their order is that of the file. */
function pieceName(index: number): string {
  return String(index).padStart(8, '0');
}

/**
 * A model file as a source of the repository: one entry for each piece. Joined in the order of their names they are the file. The repository may read
 * it several times.
 */
export function modelSource(file: ModelFile): ModelSource {
  const borders = [0, ...file.cuts, file.size];
  let digest: string | undefined;
  return {
    kind: 'model',
    name: CONTENT,
    digest: () => digest,
    async *read({ signal, describe }) {
      digest = undefined;
      const hash = createHash('sha256');
      describe({ pieces: borders.length - 1, bytes: file.size });
      for (const [index, start] of borders.slice(0, -1).entries()) {
        const range = { start, end: borders[index + 1] ?? file.size, signal };
        yield { path: pieceName(index), content: hashed(file.path, range, hash) };
      }
      digest = `sha256:${hash.digest('hex')}`;
    },
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly signal: AbortSignal;
}

async function* hashed(path: string, range: Range, hash: ReturnType<typeof createHash>): AsyncIterable<Uint8Array> {
  const { start, end, signal } = range;
  // A stream of nothing would give the first byte.
  if (end <= start) return;
  const stream = createReadStream(path, { start, end: end - 1, signal, highWaterMark: 1024 * 1024 });
  for await (const bytes of stream as AsyncIterable<Buffer>) {
    hash.update(bytes);
    yield bytes;
  }
}
