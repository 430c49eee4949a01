import { readMigrations } from '../../migrations/read-migrations.ts';
import type { Migrations } from '../../migrations/model.ts';
import type { Dialect } from '../model.ts';
import { byNumber } from '../planning/order.ts';
import { type RunnableMigration, scriptOf } from './script.ts';

/** Migrations, or the folder that they are in. */
export type MigrationSource = Migrations | string;

/** Makes migrations ready to be run. @throws {VersioningError} `INVALID_MIGRATION`, `INVALID_SQL`, `READ_FAILED`, `FILE_CHANGED`. */
export async function loadMigrations(source: MigrationSource, dialect: Dialect): Promise<RunnableMigration[]> {
  const { forward, backward } = typeof source === 'string' ? await readMigrations(source) : source;
  const back = new Map(backward.map(({ id, sql }) => [id, sql]));
  return forward
    .map(({ id, kind, description, sql }): RunnableMigration => {
      const undo = back.get(id);
      return {
        id,
        kind,
        description,
        forward: scriptOf(id, sql, dialect),
        ...(undo === undefined ? {} : { backward: scriptOf(id, undo, dialect) }),
      };
    })
    .toSorted(byNumber);
}
