import { invalidMigration } from './invalid-migration.ts';
import type { MigrationFile } from '../model.ts';

/** Of a file. Data that is larger does not belong in a migration. */
export const MAX_BYTES: number = 8 * 1024 * 1024;

/** Takes a byte order mark away. */
const decoder = new TextDecoder('utf-8', { fatal: true });

const LINE_FEED = 0x0a;

/**
 * The text of a migration, the same whatever the checkout made of its line ends.
 *
 * @throws {VersioningError} `INVALID_MIGRATION` for what is too large, not UTF-8, or has a NUL.
 */
export function scriptOf({ name: file, bytes }: MigrationFile): string {
  if (bytes.length > MAX_BYTES) throw tooLarge(file, bytes.length);
  const text = decoded(bytes);
  if (text === undefined) throw notText(file, 'other bytes', lineOfFlaw(bytes));
  // No database takes one, and UTF-16 without a mark is full of them.
  const nul = text.indexOf('\0');
  if (nul !== -1) throw notText(file, 'a NUL', text.slice(0, nul).split('\n').length);
  return text.replaceAll('\r\n', '\n');
}

/** The error of a file of more bytes than are read. */
export function tooLarge(file: string, bytes: number): Error {
  const hint = 'Load large data by other means, or in several migrations.';
  return invalidMigration(`at most ${MAX_BYTES} bytes`, { got: `${bytes}`, hint }, { file });
}

function notText(file: string, got: string, line: number): Error {
  return invalidMigration('text in UTF-8', { got, hint: 'Save it as UTF-8.' }, { file, line });
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** No character of UTF-8 has a line feed among its bytes, so each line can be tried alone. */
function lineOfFlaw(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; ; line++) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === -1 || decoded(bytes.subarray(start, end)) === undefined) return line;
    start = end + 1;
  }
}
