import { createHash } from 'node:crypto';

import { BackupError } from '../errors.ts';
import { compareIds } from './id-order.ts';
import type { Line } from './line.ts';
import { fileName, type Segment, type SegmentFile } from './manifest.ts';

/** Characters of lines that are held in memory before they are written. */
const RUN_LENGTH = 8 * 1024 * 1024;
/** What a line takes beside its characters. */
const LINE_COST = 64;

/** A file of lines in order, and what the manifest says of it. */
export interface Run {
  readonly about: SegmentFile;
  readonly content: Buffer;
}

/**
 * Makes segments of lines in any order, with so much memory and no more: whenever that is full, what is there is put in order and
 * is a file. A file that begins behind the end of the one before goes on with its segment; else it begins a newer one. So lines that
 * come in order are one segment, whatever their number.
 */
export class RunGatherer {
  readonly segments: SegmentFile[][] = [];
  readonly #module: string;
  readonly #runLength: number;
  #number: number;
  #lines: Line[] = [];
  #length = 0;
  #isOrdered = true;
  /** The last line of the file before is one of a deleted record. */
  #endsDeleted = false;

  /** @param number Of the first file. */
  constructor(module: string, number: number, runLength: number = RUN_LENGTH) {
    this.#module = module;
    this.#number = number;
    this.#runLength = runLength;
  }

  /** The number of the next file. */
  get number(): number {
    return this.#number;
  }

  /** Takes a line. `true`: {@link take} has to be called before the next. */
  add(line: Line): boolean {
    const last = this.#lines.at(-1);
    if (last !== undefined && compareIds(last.id, line.id) >= 0) this.#isOrdered = false;
    this.#lines.push(line);
    this.#length += line.text.length + LINE_COST;
    return this.#length >= this.#runLength;
  }

  /** What is there, as a file; none if nothing is. @throws {BackupError} `INVALID_RECORD` for an id twice. */
  take(): Run | undefined {
    if (this.#lines.length === 0) return undefined;
    // Sorting is stable: of the same id, the later line stands behind.
    if (!this.#isOrdered) this.#lines = this.#once(this.#lines.sort((a, b) => compareIds(a.id, b.id)));
    const lines = this.#lines;
    const content = Buffer.from(`${lines.map(({ text }) => text).join('\n')}\n`);
    const [first, last] = [lines[0] as Line, lines.at(-1) as Line];
    const deleted = lines.reduce((sum, { deletedAt }) => sum + (deletedAt === undefined ? 0 : 1), 0);
    const about: SegmentFile = {
      file: fileName(this.#number++),
      records: lines.length - deleted,
      deleted,
      bytes: content.length,
      first: first.id,
      last: last.id,
      sha256: createHash('sha256').update(content).digest('hex'),
    };
    this.#place(about, first);
    this.#endsDeleted = last.deletedAt !== undefined;
    this.#lines = [];
    this.#length = 0;
    this.#isOrdered = true;
    return { about, content };
  }

  #place(about: SegmentFile, first: Line): void {
    const segment = this.segments.at(-1);
    const before = segment?.at(-1);
    const order = before === undefined ? 1 : compareIds(before.last, about.first);
    if (order === 0 && first.deletedAt === undefined && !this.#endsDeleted) throw twice(this.#module, about.first);
    if (segment === undefined || order >= 0) this.segments.push([about]);
    else segment.push(about);
  }

  /** Lines with one of each id: what is there counts more than what was deleted. */
  #once(lines: readonly Line[]): Line[] {
    const once: Line[] = [];
    for (const line of lines) {
      const before = once.at(-1);
      if (before?.id !== line.id) once.push(line);
      else if (before.deletedAt === undefined && line.deletedAt === undefined) throw twice(this.#module, line.id);
      else if (before.deletedAt !== undefined && newer(line, before.deletedAt)) once[once.length - 1] = line;
    }
    return once;
  }
}

const newer = ({ deletedAt }: Line, than: number): boolean => deletedAt === undefined || deletedAt > than;

function twice(module: string, id: string): BackupError {
  return new BackupError(
    'INVALID_RECORD',
    `Expected each id once in module ${module}, got ${JSON.stringify(id)} twice`,
    { hint: 'Take what names a record alone as its id, such as all columns of the primary key.' },
  );
}

/** Bytes of a segment. */
export const segmentBytes = (segment: Segment): number => segment.reduce((sum, { bytes }) => sum + bytes, 0);
