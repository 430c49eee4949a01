import { shown } from '../errors.ts';
import { refuseBothDirections } from './files/both-directions.ts';
import { isMigrationFile, type MigrationName, parseFileName } from './files/file-name.ts';
import { readHeader } from './files/header.ts';
import { invalidMigration } from './files/invalid-migration.ts';
import { scriptOf } from './files/script.ts';
import type { Migration, MigrationFile, Migrations } from './model.ts';

/**
 * Makes migrations of the files of a folder, without a file system: `readMigrations` reads them, an artefact or an editor may have them too.
 *
 * `NNN_name.up.sql` leads forward and `NNN_name.down.sql` back; `NNN_name.sql` leads forward only. Numbers may have any
 * length and are compared as numbers. Names that do not end with `.sql`, or begin with a dot, are passed over; others that
 * do are errors. The comments at the top of a file are its header:
 *
 * ```text
 * -- kind: contract
 * -- description: Drop the phone numbers that slots no longer need
 * alter table slots drop column phone;
 * ```
 *
 * `kind` is `expand` (the default), `data` or `contract`, and said in the file that leads forward; a description that is not given is
 * made of the name. The file that leads back may describe itself; otherwise it has the description of the other.
 *
 * @throws {VersioningError} `INVALID_MIGRATION`, with the file and the line as `place`.
 * @example
 * ```ts
 * import { planMigrations } from '@x/versioning';
 *
 * const bytes = new TextEncoder().encode('alter table slots add column room text;');
 * const { forward, backward } = planMigrations([{ name: '0007_add_room.up.sql', bytes }]);
 * console.log(forward[0]?.description, backward.length); // add room 0
 * ```
 */
export function planMigrations(files: readonly MigrationFile[]): Migrations {
  const named = files
    .filter(({ name }) => isMigrationFile(name))
    .map((file) => ({ ...parseFileName(file.name), content: file }))
    .toSorted(inOrder);
  const up = named.filter(({ direction }) => direction === 'forward');
  const down = named.filter(({ direction }) => direction === 'backward');
  refuseSameNumber(up);
  refuseSameNumber(down);
  refuseLonely(down, up);
  const forward = up.map((file) => forwardOf(file));
  const byId = new Map(forward.map((migration) => [migration.id, migration]));
  const backward = down.map((file) => backwardOf(file, byId.get(file.id) as Migration));
  return { forward, backward: backward.toReversed() };
}

interface NamedFile extends MigrationName {
  readonly content: MigrationFile;
}

/** By number; those of one number by name, so that the same one is complained of each time. */
function inOrder(a: NamedFile, b: NamedFile): number {
  if (a.number !== b.number) return a.number < b.number ? -1 : 1;
  return a.file < b.file ? -1 : Number(a.file > b.file);
}

function refuseSameNumber(ordered: readonly NamedFile[]): void {
  for (const [index, { file, number }] of ordered.entries()) {
    const last = ordered[index - 1];
    if (last?.number !== number) continue;
    const found = { got: `that of ${shown(last.file)}`, hint: 'Give the one that came later the next number.' };
    throw invalidMigration('a number of its own', found, { file });
  }
}

/** What undoes has to say what it undoes: to the letter, or it may be meant for another. */
function refuseLonely(down: readonly NamedFile[], up: readonly NamedFile[]): void {
  const byNumber = new Map(up.map((each) => [each.number, each.file]));
  for (const { file, id, number } of down) {
    const needed = `${id}.up.sql`;
    const there = byNumber.get(number);
    if (there === needed) continue;
    const got = there === undefined ? 'none' : shown(there);
    const hint = 'Give both the same name and number, or remove the one that undoes nothing.';
    throw invalidMigration(`${needed} beside what undoes it`, { got, hint }, { file });
  }
}

function forwardOf({ file, id, name, content }: NamedFile): Migration {
  const sql = scriptOf(content);
  refuseBothDirections(file, sql);
  const { kind = 'expand', description = name.replaceAll(/[_-]+/g, ' ').trim() } = readHeader({ file, sql });
  return { id, kind, description, sql };
}

function backwardOf({ file, content }: NamedFile, { id, kind, description }: Migration): Migration {
  const sql = scriptOf(content);
  const own = readHeader({ file, sql });
  if (own.kind !== undefined && own.kind !== kind) {
    const found = { got: own.kind, hint: `The kind is that of ${id}.up.sql: correct it there, or leave it out here.` };
    throw invalidMigration(`the kind ${kind}`, found, { file });
  }
  return { id, kind, description: own.description ?? description, sql };
}
