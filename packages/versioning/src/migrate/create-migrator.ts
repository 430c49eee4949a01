import { hostname, userInfo } from 'node:os';
import { type Clock, systemClock } from './clock.ts';
import type { MigrationDriver } from './driver.ts';
import type { Migrator, MigratorEvent } from './model.ts';
import { planMigrating } from './planning/plan.ts';
import { statusOf } from './planning/status.ts';
import { applyPlan } from './run/apply-plan.ts';
import { loadMigrations, type MigrationSource } from './source/load.ts';
import type { RunnableMigration } from './source/script.ts';
import { type DatabaseState, openState } from './state/state.ts';

/** Options of {@link createMigrator}. */
export interface MigratorOptions {
  readonly driver: MigrationDriver;
  /** Those of a release, or the folder that they are in. A folder may have modules, too. */
  readonly migrations: MigrationSource;
  /** Who applies them, as the table has it. Default: the user and the host. */
  readonly by?: string | undefined;
  readonly clock?: Clock | undefined;
  /** How long to wait for somebody else who runs migrations, in milliseconds. Default: 60,000. */
  readonly lockTimeoutMs?: number | undefined;
  readonly onEvent?: ((event: MigratorEvent) => void) | undefined;
}

const LOCK_TIMEOUT_MS = 60_000;

/** Makes a migrator. */
export function createMigrator(options: MigratorOptions): Migrator {
  const { driver, by = whoami(), clock = systemClock, lockTimeoutMs = LOCK_TIMEOUT_MS, onEvent = () => undefined } = options;
  let loaded: Promise<RunnableMigration[]> | undefined;
  const migrations = (): Promise<RunnableMigration[]> => (loaded ??= loadMigrations(options.migrations, driver.dialect));
  return {
    dialect: driver.dialect,
    plan: async (direction, wanted = {}) => {
      wanted.signal?.throwIfAborted();
      const planning = { dialect: driver.dialect, migrations: await migrations(), state: await readState(driver) };
      return planMigrating(planning, direction, wanted);
    },
    apply: async (plan, { signal } = {}) =>
      applyPlan({ driver, migrations: await migrations(), by, clock, lockTimeoutMs, signal, onEvent }, plan),
    status: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      return statusOf(await migrations(), await readState(driver));
    },
    applied: async ({ signal } = {}) => {
      signal?.throwIfAborted();
      const { rows } = await readState(driver);
      return rows.filter(({ state }) => state === 'applied').map(({ id, kind }) => ({ id, kind }));
    },
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
