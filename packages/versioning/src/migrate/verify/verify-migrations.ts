import type { Clock } from '../../clock.ts';
import type { MigrationDriver } from '../driver.ts';
import type { Direction } from '../model.ts';
import { planMigrating } from '../planning/plan.ts';
import { applyPlan } from '../run/apply-plan.ts';
import type { RunnableMigration } from '../source/script.ts';
import { openState } from '../state/state.ts';
import { refuseReachingBeyond } from './reach.ts';

/** What a trial of migrations has found. */
export interface MigrationsVerified {
  /** Whether every migration gives the same schema when it is taken back and run again. */
  readonly isSame: boolean;
  /** Where they were tried; it is gone. */
  readonly place: string;
  readonly migrations: readonly VerifiedMigration[];
}

/** How one of them behaved. */
export interface VerifiedMigration {
  readonly id: string;
  /** `irreversible`: there is no way back to try. `leftover`: the way back leaves another schema than there was, and the way up is the same again. */
  readonly outcome: 'same' | 'different' | 'leftover' | 'irreversible';
  /** Lines of the schema: `-` is only there the first time, `+` only the second. */
  readonly differences: readonly string[];
}

/** Nobody else knows of the database; a server may take a moment to see that the last connection has ended. */
const LOCK_TIMEOUT_MS = 10_000;

/** What is tried, and with whom. */
export interface Verifying {
  readonly driver: MigrationDriver;
  readonly migrations: readonly RunnableMigration[];
  readonly by: string;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Runs each migration up, down and up in a database that is made for it and dropped. @throws {VersioningError} as `verify` of a migrator. */
export async function verifyMigrations(verifying: Verifying): Promise<MigrationsVerified> {
  const { driver, migrations, signal } = verifying;
  refuseReachingBeyond(migrations, driver.dialect, await otherDatabases(driver));
  const made = await driver.scratch();
  const scratch = made.driver;
  try {
    const verified: VerifiedMigration[] = [];
    let schema = await schemaOf(scratch);
    for (const [index, migration] of migrations.entries()) {
      signal?.throwIfAborted();
      const upTo = { ...verifying, driver: scratch, migrations: migrations.slice(0, index + 1) };
      const tried = await verifyOne(upTo, migration, schema);
      verified.push(tried.verified);
      schema = tried.schema;
    }
    return {
      isSame: verified.every(({ outcome }) => outcome !== 'different'),
      place: scratch.place,
      migrations: verified,
    };
  } finally {
    await made.drop();
  }
}

/** In MySQL, a statement may name any database of the server. */
async function otherDatabases(driver: MigrationDriver): Promise<ReadonlySet<string>> {
  if (driver.dialect !== 'mysql') return new Set();
  const connection = await driver.connect('read');
  try {
    const rows = await connection.query('SELECT schema_name AS name FROM information_schema.schemata');
    return new Set(rows.map(({ name }) => String(name).toLowerCase()));
  } finally {
    await connection.close();
  }
}

/** What was found of a migration, and the schema that it has left: that before the next one. */
interface Tried {
  readonly verified: VerifiedMigration;
  readonly schema: readonly string[];
}

async function verifyOne(
  verifying: Verifying,
  { id, backward }: RunnableMigration,
  before: readonly string[],
): Promise<Tried> {
  await run(verifying, 'up');
  const first = await schemaOf(verifying.driver);
  if (backward === undefined) return { verified: { id, outcome: 'irreversible', differences: [] }, schema: first };
  await run(verifying, 'down');
  const undone = await schemaOf(verifying.driver);
  await run(verifying, 'up');
  const schema = await schemaOf(verifying.driver);
  return { verified: { id, ...outcomeOf(differencesOf(first, schema), differencesOf(before, undone)) }, schema };
}

function outcomeOf(changed: readonly string[], left: readonly string[]): Omit<VerifiedMigration, 'id'> {
  if (changed.length > 0) return { outcome: 'different', differences: changed };
  return { outcome: left.length > 0 ? 'leftover' : 'same', differences: left };
}

async function run(verifying: Verifying, direction: Direction): Promise<void> {
  const { driver, migrations, by, clock, signal } = verifying;
  const planning = { dialect: driver.dialect, migrations, state: await stateOf(driver) };
  // Nothing is lost in a database without rows, and order is that of numbers here.
  const plan = planMigrating(planning, direction, { backup: { id: 'none needed' }, outOfOrder: true });
  const applying = { driver, migrations, by, clock, lockTimeoutMs: LOCK_TIMEOUT_MS, signal, onEvent: () => undefined };
  await applyPlan(applying, plan);
}

async function stateOf(driver: MigrationDriver): ReturnType<Awaited<ReturnType<typeof openState>>['read']> {
  const connection = await driver.connect('read');
  try {
    const store = await openState(connection);
    return await store.read();
  } finally {
    await connection.close();
  }
}

async function schemaOf(driver: MigrationDriver): Promise<readonly string[]> {
  const connection = await driver.connect('work');
  try {
    return await driver.describe(connection);
  } finally {
    await connection.close();
  }
}

/** Lines of two schemas that only one has. Both are sorted, and a line may be there twice. */
function differencesOf(before: readonly string[], after: readonly string[]): string[] {
  const left = [...after];
  const gone = before.filter((line) => {
    const at = left.indexOf(line);
    if (at !== -1) left.splice(at, 1);
    return at === -1;
  });
  return [...gone.map((line) => `- ${line}`), ...left.map((line) => `+ ${line}`)];
}
