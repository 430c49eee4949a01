import { BackupError } from '../../errors.ts';
import type { SourceDetail } from '../../source/contract.ts';
import type { PostgresColumn } from './table.ts';

/**
 * The text of a value as JSON: numbers for small integers, `true` and `false`, `null`; for all else the text itself, as PostgreSQL
 * writes it and reads it again without loss.
 */
export function toJson(text: unknown, { type }: PostgresColumn): SourceDetail {
  if (text === null || text === undefined) return null;
  if (type === 'integer' || type === 'smallint') return Number(text);
  if (type === 'boolean') return text === 'true';
  return text as string;
}

/** The text that {@link toJson} was given. @throws {BackupError} `INVALID_RECORD`. */
export function fromJson(value: unknown, where: string): string | null {
  if (value === null) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new BackupError('INVALID_RECORD', `Expected text, a number, true, false or null in ${where}, got an object`, {
    hint: 'Values of PostgreSQL are written as its text, such as "{1,2}" for an array.',
  });
}
