import { hostname, userInfo } from 'node:os';
import { systemClock } from '../clock.ts';
import type { MigrationDriver } from './driver.ts';
import { lintScript } from './lint/lint.ts';
import type { MigrationStatus, MigrationWarning, Migrator, MigratorEvent } from './model.ts';
import { planMigrating } from './planning/plan.ts';
import { statusOf } from './planning/status.ts';
import { type Applying, applyPlan } from './run/apply-plan.ts';
import { repairMigration, type RepairOptions } from './run/repair.ts';
import { loadMigrations, type MigrationSource } from './source/load.ts';
import type { RunnableMigration } from './source/script.ts';
import { type DatabaseState, openState } from './state/state.ts';
import { type MigrationsVerified, verifyMigrations } from './verify/verify-migrations.ts';

/** Options of {@link createMigrator}. */
export interface MigratorOptions {
  readonly driver: MigrationDriver;
  /** Those of a release, or the folder that they are in. A folder may have modules, too. */
  readonly migrations: MigrationSource;
  /** Ids that may be applied although nobody has their text any more: they stay as they are. Others are refused (`MIGRATION_MISSING`). Default: none. */
  readonly gone?: readonly string[] | undefined;
  /** Who applies them, as the table has it. Default: the user and the host. */
  readonly by?: string | undefined;
  /** Milliseconds since 1970. Default: the time of this machine. */
  readonly clock?: (() => number) | undefined;
  /** How long to wait for somebody else who runs migrations, in milliseconds. Default: 60,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** Told what is done, for progress and for audits. */
  readonly onEvent?: ((event: MigratorEvent) => void) | undefined;
}

const LOCK_TIMEOUT_MS = 60_000;

/** A migrator, with what people do by hand. */
export interface DatabaseMigrator extends Migrator {
  /** What deserves a second look in all migrations; no database is asked. */
  lint(): Promise<readonly MigrationWarning[]>;
  /**
   * Tries each migration up, down and up again, and compares the schemas: in a database that is made for it and dropped, never in the one of
   * the driver. Tables are empty there, so it says nothing of how data are changed.
   *
   * @throws {VersioningError} `SCRATCH_REFUSED`; `MIGRATION_FAILED` for one that can't be run.
   */
  verify(options?: { readonly signal?: AbortSignal | undefined }): Promise<MigrationsVerified>;
  /**
   * Accepts what a migration is now: the text of one that was edited after it was applied, or what somebody has put right by hand. Nothing is
   * run, and it is told as an event.
   *
   * @throws {VersioningError} `MIGRATION_NOT_FOUND`, `MIGRATION_MISSING`, `MIGRATION_INTERRUPTED` where `as` has to be given, `MIGRATION_LOCKED`.
   */
  repair(id: string, options?: RepairOptions): Promise<MigrationStatus>;
}

/**
 * Makes a migrator for one database. Nothing is read before it is asked for something, and no connection stays open between.
 *
 * @throws {VersioningError} from its functions: those of the migrations, as `INVALID_MIGRATION` and `INVALID_SQL`; those of the driver.
 * @example
 * ```ts
 * import { createMigrator, sqliteDriver } from '@x/versioning/migrate';
 *
 * const migrator = createMigrator({ driver: sqliteDriver('shop.db'), migrations: 'migrations' });
 * const plan = await migrator.plan('up', { phases: ['expand'] });
 * for (const { id, line, rule } of plan.warnings) console.warn(`${id}:${line}: ${rule}`);
 * console.log(await migrator.apply(plan));
 * await migrator.close();
 * ```
 */
export function createMigrator(options: MigratorOptions): DatabaseMigrator {
  const {
    driver,
    gone,
    by = whoami(),
    clock = systemClock,
    lockTimeoutMs = LOCK_TIMEOUT_MS,
    onEvent = () => undefined,
  } = options;
  // Read each time: what is in a folder may have been corrected, and a plan says by itself when it is outdated.
  const migrations = (): Promise<RunnableMigration[]> => loadMigrations(options.migrations, driver.dialect);
  const applying = async (signal: AbortSignal | undefined): Promise<Applying> => {
    signal?.throwIfAborted();
    return { driver, migrations: await migrations(), by, clock, lockTimeoutMs, signal, onEvent };
  };
  return {
    dialect: driver.dialect,
    plan: async (direction, wanted = {}) => {
      const { migrations: all } = await applying(wanted.signal);
      const state = await readState(driver);
      return planMigrating({ dialect: driver.dialect, migrations: all, state, gone }, direction, wanted);
    },
    apply: async (plan, { signal } = {}) => applyPlan(await applying(signal), plan),
    status: async ({ signal } = {}) => {
      const { migrations: all } = await applying(signal);
      return statusOf(all, await readState(driver), driver.dialect);
    },
    applied: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      const { rows } = await readState(driver);
      return rows.filter(({ state }) => state === 'applied').map(({ id, kind }) => ({ id, kind }));
    },
    lint: async () => (await migrations()).flatMap((migration) => lintScript(migration, 'up', driver.dialect)),
    verify: async ({ signal } = {}) => verifyMigrations(await applying(signal)),
    repair: async (id, wanted = {}) => repairMigration(await applying(wanted.signal), id, wanted),
    close: async () => undefined,
  };
}

async function readState(driver: MigrationDriver): Promise<DatabaseState> {
  const connection = await driver.connect('read');
  try {
    const store = await openState(connection);
    return await store.read();
  } finally {
    await connection.close();
  }
}

/** The user and the host; a user without an entry in the system's list has no name. */
function whoami(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    return `unknown@${hostname()}`;
  }
}
