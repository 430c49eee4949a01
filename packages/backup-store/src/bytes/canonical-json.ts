import { BackupError } from '../errors.ts';

/** JSON with sorted keys and no blanks, so that equal values give equal bytes. `undefined` fields are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) =>
    field !== null && typeof field === 'object' && !Array.isArray(field)
      ? Object.fromEntries(Object.entries(field).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : field,
  );
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
