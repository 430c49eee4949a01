import { createHash } from 'node:crypto';

import { BackupError } from '../errors.ts';
import { compareIds } from './id-order.ts';
import { type Line, parseLine } from './line.ts';
import { LineBytes } from './line-bytes.ts';
import { fileName, type Segment, type SegmentFile } from './manifest.ts';

/** Characters of lines that are held in memory, as bytes, before they are written. */
const RUN_LENGTH = 8 * 1024 * 1024;
/** What a line takes beside its characters. */
const LINE_COST = 64;

/** A file of lines in order, and what the manifest says of it. Its memory is used again for the next one. */
export interface Run {
  readonly about: SegmentFile;
  readonly content: Uint8Array;
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
  readonly #bytes = new LineBytes();
  #number: number;
  #first: Line | undefined;
  #last: Line | undefined;
  #count = 0;
  #deleted = 0;
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
    if (this.#last !== undefined && compareIds(this.#last.id, line.id) >= 0) this.#isOrdered = false;
    this.#bytes.add(line.text);
    this.#note(line);
    this.#length += line.text.length + LINE_COST;
    return this.#length >= this.#runLength;
  }

  /** What is there, as a file; none if nothing is. @throws {BackupError} `INVALID_RECORD` for an id twice. */
  take(): Run | undefined {
    if (!this.#isOrdered) this.#sort();
    const [first, last] = [this.#first, this.#last];
    if (first === undefined || last === undefined) return undefined;
    const content = this.#bytes.take();
    const about: SegmentFile = {
      file: fileName(this.#number++),
      records: this.#count - this.#deleted,
      deleted: this.#deleted,
      bytes: content.length,
      first: first.id,
      last: last.id,
      sha256: createHash('sha256').update(content).digest('hex'),
    };
    this.#place(about, first);
    this.#endsDeleted = last.deletedAt !== undefined;
    this.#forget();
    return { about, content };
  }

  #note(line: Line): void {
    this.#first ??= line;
    this.#last = line;
    this.#count++;
    if (line.deletedAt !== undefined) this.#deleted++;
  }

  #forget(): void {
    this.#first = undefined;
    this.#last = undefined;
    this.#count = 0;
    this.#deleted = 0;
    this.#length = 0;
    this.#isOrdered = true;
  }

  /** Sorting is stable: of the same id, the later line stands behind. */
  #sort(): void {
    const texts = Buffer.from(this.#bytes.take()).toString('utf8').split('\n').slice(0, -1);
    const lines = texts.map((text) => parseLine(text, this.#module)).sort((a, b) => compareIds(a.id, b.id));
    this.#forget();
    for (const line of this.#once(lines)) {
      this.#bytes.add(line.text);
      this.#note(line);
    }
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
