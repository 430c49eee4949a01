import { BackupError } from '../errors.ts';
import { abortable } from '../run/abort.ts';
import { chosenModules } from './chosen-records.ts';
import { decisionsOf, type ModuleRun, prepareModules } from './module-run.ts';
import type { RecordRestoreOptions, RecordRestorePlan } from './restore-contract.ts';
import { Tally } from './tally.ts';

const DEFAULT_MAX_CONFLICTS = 1000;

/**
 * What {@link restoreRecords} would do with the same options: reads everything, changes nothing.
 *
 * @throws {BackupError} `MODULE_NOT_FOUND`, `RECORD_NOT_FOUND`, `SCHEMA_CHANGED`, `RECORDS_UNORDERED`, `INVALID_OPTION`, `ABORTED`.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { planRecordRestore, type RecordRestoreOptions } from '@x/backup-store/merge';
 *
 * export async function show(options: RecordRestoreOptions): Promise<void> {
 *   const plan = await planRecordRestore({ ...options, mode: 'merge', rules: { conflict: 'newest' } });
 *   for (const { module, id, action, reason } of plan.conflictList) console.log(module, id, action, reason);
 * }
 * ```
 */
export async function planRecordRestore(options: RecordRestoreOptions): Promise<RecordRestorePlan> {
  return await abortable(options.signal, async () => await plan(options));
}

async function plan(options: RecordRestoreOptions): Promise<RecordRestorePlan> {
  const { signal = new AbortController().signal } = options;
  const runs = await prepare(options, signal);
  const tally = new Tally(options.maxConflicts ?? DEFAULT_MAX_CONFLICTS);
  for (const run of runs) {
    for await (const decision of decisionsOf(run, options, { current: options.target, signal })) {
      tally.add(decision);
      await options.onDecision?.(decision);
    }
    tally.endModule(run.module, run.schemaChanges);
  }
  return planOf(options, tally);
}

/** Looks at all that can be refused before records are read. */
export async function prepare(options: RecordRestoreOptions, signal: AbortSignal): Promise<ModuleRun[]> {
  if (options.mode !== 'merge' && (options.rules !== undefined || options.base !== undefined))
    throw new BackupError(
      'INVALID_OPTION',
      `Expected rules and a base with the mode "merge" only, got "${options.mode}"`,
    );
  if (options.mode === 'full' && options.records !== undefined) {
    throw new BackupError('INVALID_OPTION', 'Expected whole modules to restore in full, got single records', {
      hint: 'Use the mode "selective" for single records.',
    });
  }
  return await prepareModules(await chosenModules(options, signal), options, signal);
}

/** The plan that these decisions come to. */
export function planOf({ mode, base }: RecordRestoreOptions, tally: Tally): RecordRestorePlan {
  const { modules, conflictList, totals } = tally;
  return { mode, ways: base === undefined ? 2 : 3, ...totals, modules, conflictList, fingerprint: tally.fingerprint() };
}
