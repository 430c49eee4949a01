import { levelName } from './levels.ts';

/** A line as it was read: of this package, of pino, or of anything. */
export interface ReadLine {
  /** What stands in it; a line that is no JSON object is its `msg`. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970, where it has a time. */
  readonly timeMs: number | undefined;
  readonly unparsable: boolean;
}

/** Longest line that is parsed, in characters: nesting of millions of levels takes minutes. */
const LONGEST = 4 * 1024 * 1024;

/** Reads one line. Never throws. */
export function readRecord(line: string): ReadLine {
  const fields = parse(line);
  if (fields === undefined) return { fields: { msg: line }, timeMs: undefined, unparsable: true };
  return { fields, timeMs: timeOf(fields['time'] ?? fields['timestamp'] ?? fields['@timestamp']), unparsable: false };
}

function parse(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{') || line.length > LONGEST) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** ISO 8601, or milliseconds since 1970 as pino has them. */
function timeOf(time: unknown): number | undefined {
  const ms = typeof time === 'string' && /^\d{4}-\d{2}-\d{2}/.test(time) ? Date.parse(time) : time;
  return typeof ms === 'number' && Math.abs(ms) <= 8.64e15 ? ms : undefined;
}

const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What of a record has a place of its own wherever records are shown. */
export interface CommonFields {
  readonly level: string | undefined;
  readonly name: string | undefined;
  readonly message: string | undefined;
  readonly tenant: string | undefined;
}

/** Reads them, by the names of this package and of pino. */
export function commonFields(fields: Readonly<Record<string, unknown>>): CommonFields {
  return {
    level: levelName(fields['level']),
    name: asText(fields['name']),
    message: asText(fields['msg']) ?? asText(fields['message']),
    tenant: asText(fields['tenant']),
  };
}
