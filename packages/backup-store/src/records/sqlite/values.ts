import { BackupError } from '../../errors.ts';
import type { SourceDetail } from '../../source/contract.ts';

/** What SQLite gives and takes. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

/**
 * A value of SQLite as JSON: text, `null` and numbers as they are; `{ "$integer": "9007199254740993" }` for integers that a
 * JavaScript number can't hold, `{ "$real": "1" }` for a floating point number that would be taken for an integer or that JSON
 * does not have, `{ "$blob": "<base64>" }` for bytes.
 *
 * @param isReal Whether the column keeps every number as a floating point number.
 */
export function toJson(value: SqliteValue, isReal: boolean): SourceDetail {
  switch (typeof value) {
    case 'bigint':
      return isReal || !Number.isSafeInteger(Number(value)) ? { $integer: String(value) } : Number(value);
    case 'number':
      return isPlainReal(value, isReal) ? value : { $real: Object.is(value, -0) ? '-0' : String(value) };
    case 'object':
      return value === null ? null : { $blob: Buffer.from(value).toString('base64') };
    default:
      return value;
  }
}

const isPlainReal = (value: number, isReal: boolean): boolean =>
  Number.isFinite(value) && !Object.is(value, -0) && (isReal || !Number.isInteger(value));

/** The value that {@link toJson} has written. @throws {BackupError} `INVALID_RECORD`. */
export function fromJson(value: unknown, isReal: boolean, where: string): SqliteValue {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 1n : 0n;
    case 'number':
      return isReal || !Number.isInteger(value) ? value : BigInt(value);
    case 'object': {
      if (value === null) return null;
      const { $integer, $real, $blob } = value as Readonly<Record<string, unknown>>;
      if (typeof $integer === 'string' && /^-?\d{1,19}$/.test($integer)) return BigInt($integer);
      if (typeof $real === 'string') return Number($real);
      if (typeof $blob === 'string') return Buffer.from($blob, 'base64');
      break;
    }
    default:
  }
  throw new BackupError('INVALID_RECORD', `Expected a value of SQLite in ${where}, got ${typeof value}`);
}
