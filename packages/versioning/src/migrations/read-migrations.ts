import type { Dirent } from 'node:fs';
import { open, readdir, realpath } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { fileChanged, fileFailure } from '../artifact/file-failure.ts';
import { READ_FLAGS } from '../artifact/source-file.ts';
import { shown } from '../errors.ts';
import { aheadInOrder } from '../lanes.ts';
import { isMigrationFile } from './files/file-name.ts';
import { invalidMigration } from './files/invalid-migration.ts';
import { MAX_BYTES, tooLarge } from './files/script.ts';
import type { MigrationFile, Migrations } from './model.ts';
import { planMigrations } from './plan-migrations.ts';

/** Options of {@link readMigrations}. */
export interface ReadMigrationsOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the migrations of a folder: what {@link planMigrations} makes of its files. Folders in it are not entered. A link is followed
 * when it leads to a file of the folder: what a release carries is what its reviewers saw there.
 *
 * @throws {VersioningError} `INVALID_MIGRATION`, with the file and the line as `place`; `READ_FAILED`; `FILE_CHANGED`.
 * @example
 * ```ts
 * import { readMigrations } from '@x/versioning';
 *
 * const { forward, backward } = await readMigrations('migrations');
 * const undoable = new Set(backward.map(({ id }) => id));
 * for (const { id, kind } of forward) console.log(id, kind, undoable.has(id) ? '' : 'no way back');
 * ```
 */
export async function readMigrations(folder: string, options: ReadMigrationsOptions = {}): Promise<Migrations> {
  const { signal } = options;
  signal?.throwIfAborted();
  const [top, names] = await reading(folder, Promise.all([realpath(folder), readdir(folder, { withFileTypes: true })]));
  const files: MigrationFile[] = [];
  const chosen = names.filter(({ name }) => isMigrationFile(name)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const contents = aheadInOrder(chosen, async (name) => {
    signal?.throwIfAborted();
    return readFileOf(top, name);
  });
  for await (const file of contents) files.push(file);
  return planMigrations(files);
}

async function readFileOf(top: string, found: Dirent): Promise<MigrationFile> {
  const { name } = found;
  if (!found.isFile() && !found.isSymbolicLink()) throw noFile(name, 'something else');
  return reading(join(top, name), openAndRead(name, await targetOf(top, name)));
}

/** Where the file lies when links were followed, in the folder or below. */
async function targetOf(top: string, name: string): Promise<string> {
  const target = await reading(join(top, name), realpath(join(top, name)));
  const inside = relative(top, target);
  if (inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)) return target;
  throw noFile(name, `a link to ${shown(target)}`);
}

async function openAndRead(name: string, target: string): Promise<MigrationFile> {
  const file = await open(target, READ_FLAGS);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw noFile(name, 'a link to something else');
    if (stats.size > MAX_BYTES) throw tooLarge(name, stats.size);
    const bytes = await file.readFile();
    if (bytes.length !== stats.size) throw fileChanged(name);
    return { name, bytes };
  } finally {
    await file.close();
  }
}

function noFile(file: string, got: string): Error {
  const hint = 'Put a file in its place, or rename what is no migration.';
  return invalidMigration('a file of the folder', { got, hint }, { file });
}

async function reading<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('READ_FAILED', 'migrations that can be read', { path, cause });
  }
}
