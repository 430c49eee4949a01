import { shown } from '../../errors.ts';
import { invalidMigration } from './invalid-migration.ts';

/** What the name of a file says of a migration. */
export interface MigrationName {
  readonly file: string;
  readonly id: string;
  /** Its place among the others. Timestamps of 17 digits are beyond what a number holds. */
  readonly number: bigint;
  /** The name after the number. */
  readonly name: string;
  readonly direction: 'forward' | 'backward';
}

/** ASCII only: what stands beyond it is written in two ways, one of which macOS makes of the other. */
const NAME = /^(?<id>(?<number>\d+)_(?<name>[A-Za-z0-9][A-Za-z0-9_-]*))(?<suffix>\.up|\.down)?\.sql$/;
/** Of a name, as most file systems have it. */
const MAX_CHARACTERS = 255;

/** Whether a file has to be a migration. What begins with a dot is left by editors and by macOS. */
export function isMigrationFile(file: string): boolean {
  return /\.sql$/i.test(file) && !file.startsWith('.');
}

/** @throws {VersioningError} `INVALID_MIGRATION`. */
export function parseFileName(file: string): MigrationName {
  const { id, number, name, suffix } = NAME.exec(file.slice(0, MAX_CHARACTERS + 1))?.groups ?? {};
  if (id === undefined || number === undefined || name === undefined || file.length > MAX_CHARACTERS) {
    const expectation = 'a name such as 0007_add_slots.up.sql: a number, _, then a-z, A-Z, 0-9, _ and -';
    const hint =
      'Rename it; what undoes it is called 0007_add_slots.down.sql. What is no migration belongs in another folder.';
    throw invalidMigration(expectation, { got: shown(file), hint }, { file });
  }
  return { file, id, number: BigInt(number), name, direction: suffix === '.down' ? 'backward' : 'forward' };
}
