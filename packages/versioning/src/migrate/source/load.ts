import { invalidMigration } from '../../migrations/files/invalid-migration.ts';
import { readMigrations } from '../../migrations/read-migrations.ts';
import type { Migrations } from '../../migrations/model.ts';
import type { Dialect } from '../model.ts';
import { byNumber } from '../planning/order.ts';
import { loadModules } from './modules.ts';
import { numberOf, type RunnableMigration, scriptOf } from './script.ts';

/** Migrations, or the folder that they are in. */
export type MigrationSource = Migrations | string;

/** Makes migrations ready to be run. @throws {VersioningError} `INVALID_MIGRATION`, `INVALID_SQL`, `READ_FAILED`, `FILE_CHANGED`. */
export async function loadMigrations(source: MigrationSource, dialect: Dialect): Promise<RunnableMigration[]> {
  const { forward, backward } = typeof source === 'string' ? await readMigrations(source) : source;
  const modules = typeof source === 'string' ? await loadModules(source, dialect) : [];
  const back = new Map(backward.map(({ id, sql }) => [id, sql]));
  const scripts = forward.map(({ id, kind, description, sql }): RunnableMigration => {
    const undo = back.get(id);
    const ways = {
      forward: scriptOf(id, sql, dialect),
      ...(undo === undefined ? {} : { backward: scriptOf(id, undo, dialect) }),
    };
    return { id, kind, description, ...ways };
  });
  const all = [...scripts, ...modules].toSorted(byNumber);
  refuseSameNumber(all);
  return all;
}

/** Among files of SQL this was looked at when they were read. */
function refuseSameNumber(migrations: readonly RunnableMigration[]): void {
  for (const [index, { id }] of migrations.entries()) {
    const last = migrations[index - 1];
    if (last === undefined || numberOf(last.id) !== numberOf(id)) continue;
    const found = { got: `that of ${last.id}`, hint: 'Give the one that came later the next number.' };
    throw invalidMigration('a number of its own', found, { file: id });
  }
}
