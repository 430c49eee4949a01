import { BackupError } from '../errors.ts';
import { compareIds } from './id-order.ts';
import { type Line, MAX_LINE, parseLine } from './line.ts';
import type { Segment, SegmentFile } from './manifest.ts';

const NEWLINE = 10;
/** Bytes that become text at a time: more at once would outlive the young part of the heap, and stay until all of that is looked through. */
const PART_BYTES = 128 * 1024;

/** Opens a file of a module. */
export type OpenFile = (file: string) => AsyncIterable<Uint8Array>;

/** Reads the lines of a segment, many at a time. @throws {BackupError} `OBJECT_INVALID`, and what reading throws. */
export async function* segmentLines(segment: Segment, open: OpenFile): AsyncGenerator<Line[], void, undefined> {
  let last: string | undefined;
  for (const file of segment) {
    let count = 0;
    for await (const lines of linesOf(file.file, open(file.file))) {
      for (const { id } of lines) {
        if (last !== undefined && compareIds(last, id) >= 0) throw disordered(file);
        last = id;
      }
      count += lines.length;
      yield lines;
    }
    if (count !== file.records + file.deleted) throw disordered(file);
  }
}

async function* linesOf(file: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Line[], void, undefined> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of inParts(content)) {
    const end = bytes.lastIndexOf(NEWLINE);
    if (end < 0) {
      rest = Buffer.concat([rest, bytes]);
      // Each character has at most four bytes.
      if (rest.length > 4 * MAX_LINE) throw disordered({ file });
      continue;
    }
    const whole = Buffer.concat([rest, bytes.subarray(0, end)]).toString('utf8');
    rest = Buffer.from(bytes.subarray(end + 1));
    yield whole.split('\n').map((text) => parseLine(text, file));
  }
  if (rest.length > 0) throw disordered({ file });
}

async function* inParts(content: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of content) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let at = 0; at < bytes.length; at += PART_BYTES) yield bytes.subarray(at, at + PART_BYTES);
  }
}

function disordered({ file }: Pick<SegmentFile, 'file'>): BackupError {
  return new BackupError('OBJECT_INVALID', `Expected the lines of ${file} to be as its module says, got others`);
}
