import { BackupError } from '../errors.ts';

/** JSON with sorted keys and no blanks, so that equal values give equal bytes. `undefined` fields are left out. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item: unknown) => canonicalJson(item ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  // Not by way of an object with sorted members: names that are whole numbers come first in it, whatever is done.
  const members = Object.entries(value).filter(([, field]) => field !== undefined);
  members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`).join(',')}}`;
}

/** Parses JSON that was authenticated. @throws {BackupError} `OBJECT_INVALID`. */
export function parseJson(bytes: Uint8Array, object: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch (cause) {
    throw new BackupError('OBJECT_INVALID', `Expected ${object} to hold JSON, got something else`, { cause, object });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new BackupError('OBJECT_INVALID', `Expected ${object} to hold a JSON object, got something else`, { object });
  }
  return value as Record<string, unknown>;
}
