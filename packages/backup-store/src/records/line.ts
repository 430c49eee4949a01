import { BackupError } from '../errors.ts';
import type { SourceDetail } from '../source/contract.ts';
import type { DataRecord, DeletedRecord } from './contract.ts';
import { checkId } from './id-order.ts';
import { checkJsonValue } from './json-value.ts';

/** Characters of a line, more than any record should have. */
export const MAX_LINE: number = 16 * 1024 * 1024;
/** The farthest that a date goes from 1970, in milliseconds (ECMA-262, "Time Values and Time Range"). */
const MAX_TIME = 8.64e15;

const START = '{"id":';
const DELETED = ',"deletedAt":';

/** A line of a segment: what is known without parsing all of it. */
export interface Line {
  readonly id: string;
  /** Milliseconds since 1970. Present: the record is not there any more. */
  readonly deletedAt?: number | undefined;
  /** The line, without its end. */
  readonly text: string;
}

/** @throws {BackupError} `INVALID_RECORD` for what can't be kept. */
export function recordLine(module: string, record: DataRecord): Line {
  const { id, updatedAt, data } = record;
  checkId(module, id);
  if (updatedAt !== undefined) checkTime(module, { id, time: updatedAt, name: 'updatedAt' });
  checkJsonValue(module, id, data);
  const time = updatedAt === undefined ? '' : `,"updatedAt":${updatedAt}`;
  const text = `${START}${JSON.stringify(id)}${time},"data":${JSON.stringify(data)}}`;
  if (text.length <= MAX_LINE) return { id, text };
  throw new BackupError(
    'INVALID_RECORD',
    `Expected records of at most ${MAX_LINE} characters of JSON, got ${text.length} in record ${JSON.stringify(id)} of module ${module}`,
    { hint: 'Keep large contents as files, and their names in the record.' },
  );
}

/** @throws {BackupError} `INVALID_RECORD`. */
export function deletedLine(module: string, { id, deletedAt }: DeletedRecord): Line {
  checkId(module, id);
  checkTime(module, { id, time: deletedAt, name: 'deletedAt' });
  return { id, deletedAt, text: `${START}${JSON.stringify(id)}${DELETED}${deletedAt}}` };
}

function checkTime(
  module: string,
  { id, time, name }: { readonly id: string; readonly time: unknown; readonly name: string },
): void {
  if (Number.isSafeInteger(time) && Math.abs(time as number) <= MAX_TIME) return;
  throw new BackupError(
    'INVALID_RECORD',
    `Expected ${name} in whole milliseconds since 1970 in record ${JSON.stringify(id)} of module ${module}, got ${String(time)}`,
  );
}

/** Reads a line of a segment as far as its id. @throws {BackupError} `OBJECT_INVALID`. */
export function parseLine(text: string, file: string): Line {
  const end = idEnd(text);
  if (end < 0) throw invalidLine(file);
  const quoted = text.slice(START.length, end);
  let id = quoted.slice(1, -1);
  if (id.includes('\\')) id = parsed(quoted, file) as string;
  if (!text.startsWith(DELETED, end)) return { id, text };
  const deletedAt = Number(text.slice(end + DELETED.length, -1));
  if (!Number.isSafeInteger(deletedAt) || !text.endsWith('}')) throw invalidLine(file);
  return { id, deletedAt, text };
}

/** The record of a line that is none of a deleted one. @throws {BackupError} `OBJECT_INVALID`. */
export function recordOf({ text }: Line, file: string): DataRecord {
  const value = parsed(text, file) as { id: string; updatedAt?: unknown; data?: SourceDetail };
  if (value.data === undefined) throw invalidLine(file);
  const { id, updatedAt, data } = value;
  if (updatedAt === undefined) return { id, data };
  if (!Number.isSafeInteger(updatedAt)) throw invalidLine(file);
  return { id, updatedAt: updatedAt as number, data };
}

/** Where the id's closing quote ends; -1: nowhere. */
function idEnd(text: string): number {
  if (!text.startsWith(`${START}"`)) return -1;
  for (let at = START.length + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0x22) return at + 1;
    if (unit === 0x5c) at++;
  }
  return -1;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalidLine(file, cause);
  }
}

function invalidLine(file: string, cause?: unknown): BackupError {
  return new BackupError('OBJECT_INVALID', `Expected a line of a record in ${file}, got something else`, { cause });
}
