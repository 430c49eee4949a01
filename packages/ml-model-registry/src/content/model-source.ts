import type { BackupSource } from '@x/backup-store';
import type { ByteSource } from '../inspect/source/byte-source.ts';
import { contentHash, type ContentHash, type MemberSizes } from './content-hash.ts';

/** Bytes that are read at once. */
const PIECE = 1024 * 1024;

/** Name of the source, under which the pieces lie in a snapshot. */
export const CONTENT = 'content';

/** A file to store. */
export interface ModelFile {
  /** Its bytes: an open file, so that what was inspected is what is stored. */
  readonly source: ByteSource;
  /** Places where it is cut, ascending. */
  readonly cuts: readonly number[];
  /** Of a folder: its files, whose bytes the source has one after the other. */
  readonly members?: MemberSizes | undefined;
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
  const { source, cuts } = file;
  const borders = [0, ...cuts, source.size];
  let digest: string | undefined;
  return {
    kind: 'model',
    name: CONTENT,
    digest: () => digest,
    async *read({ signal, describe }) {
      digest = undefined;
      const hash = contentHash(file.members);
      describe({ pieces: borders.length - 1, bytes: source.size });
      for (const [index, start] of borders.slice(0, -1).entries()) {
        const range = { start, end: borders[index + 1] ?? source.size, signal };
        yield { path: pieceName(index), content: hashed(source, range, hash) };
      }
      digest = hash.digest();
    },
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly signal: AbortSignal;
}

/** The next bytes are read while some are stored. */
async function* hashed(source: ByteSource, range: Range, hash: ContentHash): AsyncIterable<Uint8Array> {
  const { start, end, signal } = range;
  const piece = (offset: number): Promise<Uint8Array> => {
    const bytes = source.read(offset, Math.min(PIECE, end - offset));
    // It is told at its turn.
    bytes.catch(() => undefined);
    return bytes;
  };
  let next = piece(start);
  for (let offset = start; offset < end; offset += PIECE) {
    signal.throwIfAborted();
    const bytes = await next;
    if (offset + PIECE < end) next = piece(offset + PIECE);
    hash.update(bytes);
    yield bytes;
  }
  await next;
}
