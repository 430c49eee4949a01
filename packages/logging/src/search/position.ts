import { LogError } from '../errors.ts';
import { STREAMS, type StreamName } from '../files/log-file.ts';

/** Where a record stands in the order of all records: by time, and by file and place where times are equal. */
export interface Position {
  readonly atMs: number;
  readonly stream: StreamName;
  readonly file: string;
  readonly offset: number;
}

/** Less than 0 when `a` is older. */
export function comparePositions(a: Position, b: Position): number {
  if (a.atMs !== b.atMs) return a.atMs - b.atMs;
  if (a.stream !== b.stream) return a.stream < b.stream ? -1 : 1;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.offset - b.offset;
}

/** A position as one word. */
export function formatCursor({ atMs, stream, file, offset }: Position): string {
  return Buffer.from(JSON.stringify([atMs, stream, file, offset])).toString('base64url');
}

/** @throws {LogError} `INVALID_CURSOR`. */
export function parseCursor(cursor: string): Position {
  try {
    const [atMs, stream, file, offset] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as readonly unknown[];
    if (
      typeof atMs === 'number' &&
      STREAMS.some((each) => each === stream) &&
      typeof file === 'string' &&
      typeof offset === 'number'
    ) {
      return { atMs, stream: stream as StreamName, file, offset };
    }
  } catch {
    // Told below.
  }
  throw new LogError('INVALID_CURSOR', 'Expected a cursor of an earlier search, got another text', {
    hint: 'Take `cursor` of the last record as it is.',
  });
}
