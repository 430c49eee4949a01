import { scalarText } from './scalar-text.ts';
import type { Level } from './levels.ts';
import { plainError, plainMembers, plainText, tighter, type ValueRules } from './plain-value.ts';

/** What a record is made from. */
export interface RecordParts {
  /** Milliseconds since 1970. */
  readonly timeMs: number;
  readonly level: Level;
  readonly hostname: string;
  readonly pid: number;
  /** Bound by loggers, plain already. */
  readonly bound: Readonly<Record<string, unknown>>;
  /** As the application gives them. */
  readonly fields: object | undefined;
  readonly message: string | undefined;
}

/** How much of a record is written, and what of it. */
export interface RecordRules extends ValueRules {
  /** Bytes of a line. */
  readonly maxRecordBytes: number;
}

/** Set by the logger: a field of the application with such a name is written with `_` before it. */
const RESERVED: ReadonlySet<string> = new Set(['time', 'level', 'hostname', 'pid']);

/** Bound fields, and fields of a call, as they are written. */
export function plainFields(fields: object, rules: ValueRules): Record<string, unknown> {
  const members = isError(fields) ? { err: plainError(fields, rules) } : plainMembers(fields, rules);
  if (!Object.keys(members).some((name) => RESERVED.has(name))) return members;
  const entries = Object.entries(members).map(([name, value]) => [RESERVED.has(name) ? `_${name}` : name, value]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Even that can fail, of a proxy that was revoked. */
function isError(value: object): value is Error {
  try {
    return value instanceof Error;
  } catch {
    return false;
  }
}

function isoTime(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : new Date(0).toISOString();
}

function lineOf(parts: RecordParts, rules: RecordRules): string {
  const { timeMs, level, hostname, pid, bound, fields, message } = parts;
  const own = fields === undefined ? {} : plainFields(fields, rules);
  const said = message === undefined ? undefined : plainText(message, rules);
  const record: Record<string, unknown> = { time: isoTime(timeMs), level, hostname, pid, ...bound, ...own };
  if (said !== undefined) record['msg'] = said;
  else if (fields !== undefined && isError(fields)) record['msg'] ??= plainText(scalarText(fields.message), rules);
  return JSON.stringify(record);
}

/** How often limits are made stricter before only the frame of a record is kept. */
const ATTEMPTS = 4;

/**
 * A record as one line of JSON without its line end, in the shape of pino's: `time`, `level`, `hostname`, `pid`, fields, `msg`. It never throws, and is
 * never longer than the limit: texts and lists are cut until it fits.
 */
export function encodeRecord(parts: RecordParts, rules: RecordRules): string {
  let limits = rules;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const line = lineOf(parts, limits);
    // A character is at most three bytes of UTF-8, so most lines need no count.
    if (line.length * 3 <= rules.maxRecordBytes || Buffer.byteLength(line) <= rules.maxRecordBytes) return line;
    limits = tighter(limits);
  }
  const message = parts.message === undefined ? undefined : plainText(parts.message, { ...rules, maxTextLength: 100 });
  const { timeMs, level, hostname, pid } = parts;
  return JSON.stringify({ time: isoTime(timeMs), level, hostname, pid, cut: true, msg: message });
}
