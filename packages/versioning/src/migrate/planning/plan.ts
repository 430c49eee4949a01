import { VersioningError } from '../../errors.ts';
import { lintScript, takesAway } from '../lint/lint.ts';
import type { Dialect, Direction, MigrateOptions, MigrationPlan, MigrationStep } from '../model.ts';
import { numberOf, type RunnableMigration } from '../source/script.ts';
import type { AppliedRow, DatabaseState } from '../state/state.ts';
import { interrupted, missing, notFound, refuseEdited, refuseEditedBack } from './flaws.ts';
import { byNumber, mustPrecede, type Placed } from './order.ts';

/** What a plan is made of. */
export interface Planning {
  readonly dialect: Dialect;
  /** By number. */
  readonly migrations: readonly RunnableMigration[];
  readonly state: DatabaseState;
  /** Ids whose text nobody has any more: where they are applied, they stay. */
  readonly gone?: readonly string[] | undefined;
}

/** Decides what is run, and does nothing. @throws {VersioningError} those of `Migrator.plan`. */
export function planMigrating(planning: Planning, direction: Direction, options: MigrateOptions): MigrationPlan {
  const { dialect } = planning;
  if (direction === 'up') {
    const steps = planUp(planning, options).map((each) => stepOf(planning, each, 'up'));
    return { dialect, direction, steps, warnings: warningsOf(planning, steps) };
  }
  const { chosen, contracts } = planDown(planning, options);
  const steps = chosen.map((each) => stepOf(planning, each, 'down'));
  const backup = contracts.length > 0 ? options.backup?.id : undefined;
  return {
    dialect,
    direction,
    steps,
    warnings: warningsOf(planning, steps),
    ...(backup === undefined ? {} : { backup }),
  };
}

function stepOf({ state, dialect }: Planning, migration: RunnableMigration, direction: Direction): MigrationStep {
  const { id, kind, description, forward, backward } = migration;
  const script = direction === 'up' ? forward : (backward ?? forward);
  const { checksum, statements } = script;
  // What was begun one by one has to be ended that way.
  const isBegun = state.rows.some((row) => row.id === id && row.state !== 'applied');
  const isTransactional = script.isTransactional && !isBegun;
  return {
    id,
    kind,
    direction,
    description,
    checksum,
    statements: statements.map(({ text }) => text),
    isTransactional,
    ...(direction === 'up' && takesAway(migration, dialect) ? { takesAway: true } : {}),
  };
}

function warningsOf({ migrations, dialect }: Planning, steps: readonly MigrationStep[]): MigrationPlan['warnings'] {
  return steps.flatMap(({ id, direction }) => {
    const migration = migrations.find((each) => each.id === id);
    return migration === undefined ? [] : lintScript(migration, direction, dialect);
  });
}

function planUp(planning: Planning, options: MigrateOptions): RunnableMigration[] {
  const { migrations, state } = planning;
  const { phases, to, outOfOrder = false } = options;
  const rows = new Map(state.rows.map((row) => [row.id, row]));
  const limit = to === undefined ? undefined : limitOf(migrations, to);
  refuseFlaws(planning);
  const open = migrations.filter(({ id }) => rows.get(id)?.state !== 'applied');
  const chosen = open.filter(
    ({ id, kind }) => (phases?.includes(kind) ?? true) && (limit === undefined || numberOf(id) <= limit),
  );
  const begun = state.rows.find((row) => row.state === 'running');
  if (begun !== undefined && !chosen.some(({ id }) => id === begun.id)) {
    throw interrupted(begun, `Let \`up\` go on with it first: it is of the phase ${begun.kind}.`);
  }
  if (!outOfOrder) refuseDisorder(open, chosen, state.rows);
  return chosen.toSorted((a, b) => Number(b.id === begun?.id) - Number(a.id === begun?.id) || byNumber(a, b));
}

function refuseFlaws({ migrations, state, gone = [] }: Planning): void {
  const byId = new Map(migrations.map((each) => [each.id, each]));
  for (const row of state.rows) {
    const migration = byId.get(row.id);
    if (migration === undefined && gone.includes(row.id)) continue;
    if (migration === undefined) throw missing(row);
    if (row.state === 'reverting') throw interrupted(row, 'Let `down` go on with it first.');
    refuseEdited(migration, row, state);
  }
}

/** What is run must not make something late that is not. */
function refuseDisorder(open: readonly Placed[], chosen: readonly Placed[], rows: readonly AppliedRow[]): void {
  const ids = new Set(chosen.map(({ id }) => id));
  for (const each of chosen) {
    if (rows.some((row) => row.id === each.id)) continue;
    const after = rows.find((row) => mustPrecede(each, row));
    if (after !== undefined) throw late(each, `${after.id}, which is applied already`);
    const left = open.find((other) => !ids.has(other.id) && mustPrecede(other, each));
    if (left !== undefined) {
      throw new VersioningError('MIGRATION_OUT_OF_ORDER', `Expected ${left.id} to be applied before ${each.id}`, {
        hint: `Run the phase ${left.kind} first.`,
      });
    }
  }
}

function late({ id }: Placed, got: string): VersioningError {
  return new VersioningError('MIGRATION_OUT_OF_ORDER', `Expected ${id} to come after what is applied, got ${got}`, {
    hint: 'Give it a higher number, or allow it with outOfOrder (--out-of-order) where it does not depend on the other.',
  });
}

function limitOf(migrations: readonly Placed[], to: string): bigint {
  if (migrations.some(({ id }) => id === to)) return numberOf(to);
  throw notFound(to, '`to`');
}

interface WayBack {
  readonly chosen: readonly RunnableMigration[];
  /** Those that are taken back or left behind, and took away what is not there any more. */
  readonly contracts: readonly AppliedRow[];
}

function planDown({ migrations, state, gone = [] }: Planning, options: MigrateOptions): WayBack {
  const isThere = ({ id }: Placed): boolean => !gone.includes(id) || migrations.some((each) => each.id === id);
  const chosen = rowsToUndo(migrations, state.rows, options).filter(isThere);
  const running = state.rows.find((row) => row.state === 'running');
  if (running !== undefined) throw interrupted(running, 'Let `up` go on with it first.');
  const reverting = state.rows.find((row) => row.state === 'reverting');
  if (reverting !== undefined && !chosen.includes(reverting)) {
    throw interrupted(reverting, `Let \`down\` go on with it first.`);
  }
  const undone = chosen.map((row) => {
    const migration = migrations.find(({ id }) => id === row.id);
    if (migration === undefined) throw missing(row);
    refuseEdited(migration, row, state);
    refuseEditedBack(migration, row);
    if (migration.backward === undefined) throw irreversible(row);
    return migration;
  });
  const contracts = contractsOnTheWay(chosen, state.rows);
  for (const row of contracts) refuseWithoutBackup(row, options);
  return { chosen: undone, contracts };
}

/** Also those of a phase that is not asked for: what came before them is all that is left of what they took away. */
function contractsOnTheWay(chosen: readonly AppliedRow[], rows: readonly AppliedRow[]): readonly AppliedRow[] {
  const isPassed = (row: AppliedRow): boolean =>
    chosen.some((each) => each.id === row.id || (each.place < row.place && mustPrecede(each, row)));
  return rows.filter((row) => row.kind === 'contract' && isPassed(row));
}

/** The last applied first: half-undone work is the last one by nature. */
function rowsToUndo(
  migrations: readonly Placed[],
  rows: readonly AppliedRow[],
  { to, phases }: MigrateOptions,
): readonly AppliedRow[] {
  const ordered = rows.filter(({ kind }) => phases?.includes(kind) ?? true).toReversed();
  if (to === undefined) return ordered.slice(0, 1);
  if (to === '') return ordered;
  if (![...rows, ...migrations].some(({ id }) => id === to)) throw notFound(to, '`to`');
  return ordered.filter(({ id }) => numberOf(id) > numberOf(to));
}

function irreversible({ id }: AppliedRow): VersioningError {
  return new VersioningError('IRREVERSIBLE_MIGRATION', `Expected a way back for ${id}, got none`, {
    hint: `Write ${id}.down.sql, or restore a backup from before it.`,
  });
}

function refuseWithoutBackup({ id, appliedAt }: AppliedRow, { backup }: MigrateOptions): void {
  const hint = 'What it took away is not there any more: name a backup from before it (backup, --backup ID).';
  if (backup === undefined) {
    const message = `Expected a backup from before ${id}, a contract that was applied on ${appliedAt}, got none`;
    throw new VersioningError('BACKUP_NEEDED', message, { hint });
  }
  if (backup.createdAt === undefined || Date.parse(backup.createdAt) < Date.parse(appliedAt)) return;
  const message = `Expected a backup from before ${id}, which was applied on ${appliedAt}, got ${backup.id} of ${backup.createdAt}`;
  throw new VersioningError('BACKUP_NEEDED', message, { hint });
}
