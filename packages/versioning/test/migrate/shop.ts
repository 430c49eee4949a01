import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished } from 'vitest';
import {
  createMigrator,
  type DatabaseMigrator,
  type MigrationDriver,
  type Migrator,
  type MigratorEvent,
  type MigratorOptions,
  sqliteDriver,
} from '../../src/migrate/index.ts';
import { planned, type Scripts } from '../migrations/scripts.ts';

/** A folder of a test's own. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'migrate-'));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with files. */
export async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** A migrator with all that it tells. */
export interface ToldMigrator extends DatabaseMigrator {
  readonly events: MigratorEvent[];
}

/** A migrator of scripts by file name. Each moment is a second after the last. */
export function migratorOf(
  driver: MigrationDriver,
  scripts: Scripts,
  options: Partial<MigratorOptions> = {},
): ToldMigrator {
  const events: MigratorEvent[] = [];
  let ms = Date.UTC(2026, 0, 1);
  const migrator = createMigrator({
    driver,
    migrations: planned(scripts),
    by: 'ann',
    clock: () => (ms += 1000),
    lockTimeoutMs: 0,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { ...migrator, events };
}

/** A database of SQLite and its driver. */
export async function sqliteShop(): Promise<{ readonly file: string; readonly driver: MigrationDriver }> {
  const file = join(await temporaryFolder(), 'shop.db');
  return { file, driver: sqliteDriver(file) };
}

/** Asks a database of SQLite. */
export function ask(file: string, sql: string): unknown[] {
  const database = new DatabaseSync(file);
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

/** Plans and applies. */
export async function migrate(
  migrator: Migrator,
  ...[direction, options]: Parameters<Migrator['plan']>
): Promise<string[]> {
  const applied = await migrator.apply(await migrator.plan(direction, options));
  return applied.map(({ id }) => id);
}

export async function statesOf(migrator: Migrator): Promise<Record<string, string>> {
  return Object.fromEntries((await migrator.status()).map(({ id, state }) => [id, state]));
}

/** What a driver has to say when it can't connect. */
export async function failureOf(driver: MigrationDriver): Promise<{ readonly code: string; readonly shown: string }> {
  const error = await driver.connect('work').then(
    () => expect.unreachable(),
    (thrown: unknown) => thrown,
  );
  const { code, message, hint } = error as { readonly code: string; readonly message: string; readonly hint: string };
  return { code, shown: `${message} ${hint}` };
}
