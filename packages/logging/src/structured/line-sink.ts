import { Writable } from 'node:stream';
import { type RecordRules, plainFields } from '../record/encode-record.ts';
import { levelName } from '../record/levels.ts';
import { plainText } from '../record/plain-value.ts';
import { readRecord } from '../record/read-record.ts';
import type { LineDestination } from './contract.ts';

/** Where finished lines go. */
export interface LineTarget {
  add(line: string): boolean;
  drained(): Promise<void>;
}

/** Longest line that is taken from others, in characters. */
const LONGEST = 1024 * 1024;

/** A line of somebody else as it is written: its times and levels in the form of this package, its secrets hidden, within the limits. */
function foreignLine(line: string, rules: RecordRules, nowMs: number): string {
  const { fields, timeMs, unparsable } = readRecord(line);
  const time = new Date(timeMs ?? nowMs).toISOString();
  if (unparsable) return JSON.stringify({ time, msg: plainText(line, rules) });
  const { time: _, level, hostname, pid, ...rest } = fields;
  const frame = plainFields(rest, rules);
  // Names that the logger itself sets are taken as they are here.
  const own = {
    ...(typeof hostname === 'string' ? { hostname: plainText(hostname, rules) } : {}),
    ...(typeof pid === 'number' ? { pid } : {}),
  };
  let text = JSON.stringify({ time, level: levelName(level), ...own, ...frame });
  if (Buffer.byteLength(text) > rules.maxRecordBytes) {
    text = JSON.stringify({
      time,
      level: levelName(level),
      cut: true,
      msg: plainText(line, { ...rules, maxTextLength: 1000 }),
    });
  }
  return text;
}

/**
 * A stream that takes lines of NDJSON, such as a pino logger writes, or any text: `pino(options, logs.destination())`.
 */
export class LineSink extends Writable implements LineDestination {
  readonly #target: LineTarget;
  readonly #rules: RecordRules;
  readonly #now: () => number;
  readonly #decoder = new TextDecoder();
  #rest = '';
  /** Lines that were taken. */
  lines = 0;

  constructor(target: LineTarget, rules: RecordRules, now: () => number) {
    super({ decodeStrings: true });
    this.#target = target;
    this.#rules = rules;
    this.#now = now;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const parts = `${this.#rest}${this.#decoder.decode(chunk, { stream: true })}`.split('\n');
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > LONGEST) {
      parts.push(this.#rest);
      this.#rest = '';
    }
    this.#takeThen(parts, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#takeThen([this.#rest], done);
  }

  #takeThen(lines: readonly string[], done: (error?: Error | null) => void): void {
    const taken = this.#take(lines);
    // oxlint-disable-next-line promise/no-callback-in-promise -- streams are told by callbacks
    taken.then(() => done(), done);
  }

  async #take(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      const text = line.endsWith('\r') ? line.slice(0, -1) : line;
      if (text === '') continue;
      this.lines += 1;
      if (!this.#target.add(foreignLine(text, this.#rules, this.#now()))) await this.#target.drained();
    }
  }
}
