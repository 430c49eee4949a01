import type { IntoPlace, Repository, SnapshotRecord, SourceDetail } from '@x/backup-store';
import type {
  MergeRules,
  RecordRestoreMode,
  RecordRestorePlan,
  RecordRestoreResult,
  SnapshotRestore,
} from '@x/backup-store/merge';
import { demandMoment } from '../config/moment.ts';
import { usageError } from '../errors.ts';
import type { OptionDefinition } from '../program/command.ts';
import type { Context } from '../program/context.ts';
import { shortId } from '../render/snapshot.ts';
import { displayText } from '../render/text.ts';
import type { MergeTarget } from './merge-target.ts';
import { recordNames } from './record-names.ts';
import { checkRewrite, rewriteOf, type RewriteFlags, rewritten, rowFilter, rowsThere } from './record-rewrite.ts';

/** How records are restored, as options. */
export interface MergeFlags extends RewriteFlags {
  readonly mode?: RecordRestoreMode | undefined;
  readonly into?: string | undefined;
  readonly module?: readonly string[] | undefined;
  readonly record?: readonly string[] | undefined;
  readonly conflict?: 'newest' | 'backup' | 'current' | undefined;
  readonly base?: string | undefined;
  readonly damagedSince?: string | undefined;
  readonly damagedUntil?: string | undefined;
  readonly restoreDeleted?: boolean | undefined;
  readonly updatedAt?: string | undefined;
  readonly recordsSource?: string | undefined;
}

/** The same, for the argument parser. */
export const MERGE_OPTIONS: readonly OptionDefinition[] = [
  {
    flags: '--mode <mode>',
    description: 'restore records, into --into: all of the backup, only what is asked for, or merged with newer ones',
    choices: ['full', 'selective', 'merge'],
  },
  {
    flags: '--module <name>',
    description:
      'only this module: of files, or of records with --into, where --mode selective is meant unless another is given; may be repeated',
    repeatable: true,
  },
  {
    flags: '--record <module/id>',
    description: 'with --into: only this record, as with --mode selective, or merge; may be repeated',
    repeatable: true,
  },
  {
    flags: '--only <column=value>',
    description:
      'with --mode: only records with this value, such as those of a tenant; nothing else is touched there; may be repeated',
    repeatable: true,
  },
  {
    flags: '--set <column=value>',
    description:
      'with --mode: records get this value on their way, such as another tenant; only rows with it are touched; may be repeated',
    repeatable: true,
  },
  {
    flags: '--conflict <rule>',
    description: 'with --mode merge: who wins; newest by default',
    choices: ['newest', 'backup', 'current'],
  },
  { flags: '--base <id>', description: 'with --mode merge: the snapshot that both sides come from' },
  { flags: '--damaged-since <time>', description: 'with --mode merge: what was changed from then on is damage' },
  { flags: '--damaged-until <time>', description: 'the end of that time' },
  { flags: '--restore-deleted', description: 'with --mode merge: what was deleted on purpose comes back, too' },
  { flags: '--updated-at <column>', description: 'column with the time of the last change; updated_at by default' },
  { flags: '--records-source <name>', description: 'source of records in the snapshot, if there are several' },
];

/** What goes with files only. */
interface FileFlags {
  readonly to?: string | undefined;
  readonly inPlace?: boolean | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  readonly overwrite?: string | undefined;
  readonly delete?: boolean | undefined;
}

const isGiven = (value: unknown): boolean => value !== undefined && !(Array.isArray(value) && value.length === 0);

/** `--into URL` with modules or records is a restore of these alone, and a module of a database is its records. Pure. */
export function withMode<Flags extends MergeFlags & { readonly table?: unknown }>(flags: Flags): Flags {
  const isMeant = flags.into !== undefined && flags.table === undefined && flags.mode === undefined;
  return isMeant && (isGiven(flags.module) || isGiven(flags.record)) ? { ...flags, mode: 'selective' } : flags;
}

/** Refuses what says nothing together or can't be read: options of files with --mode, and those of records without. @throws {CliError} `USAGE`. */
export function checkMode(flags: MergeFlags & FileFlags, path: string | undefined): void {
  if (flags.mode === undefined) {
    if (!Object.values(recordFlags(flags)).some((value) => isGiven(value))) return;
    throw usageError('Expected --mode with options of records, got none', 'Add --mode full, selective or merge.');
  }
  rulesOf(flags);
  recordNames(flags.record);
  rewriteOf(flags);
  const { to, inPlace, include, exclude, overwrite, delete: removes } = flags;
  if (![to, inPlace, include, exclude, overwrite, removes, path].some((value) => isGiven(value))) return;
  throw usageError(
    'Expected records to be restored with --into only, got options or a path of files',
    'Leave them out; --module and --record say what is restored.',
  );
}

/** Those that mean nothing without a mode. */
function recordFlags(flags: MergeFlags): MergeFlags {
  const { record, only, set, conflict, base, damagedSince, damagedUntil, restoreDeleted, updatedAt, recordsSource } =
    flags;
  return { record, only, set, conflict, base, damagedSince, damagedUntil, restoreDeleted, updatedAt, recordsSource };
}

/** The rules of a merge. @throws {CliError} `USAGE` for rules without one. */
function rulesOf(flags: MergeFlags): MergeRules | undefined {
  const { mode, conflict, base, damagedSince, damagedUntil, restoreDeleted } = flags;
  if (mode !== 'merge') {
    if ([conflict, base, damagedSince, damagedUntil, restoreDeleted].some((each) => each !== undefined))
      throw usageError('Expected rules of a merge with --mode merge only', 'Leave them out, or merge.');
    return undefined;
  }
  if (damagedSince === undefined) {
    if (damagedUntil !== undefined)
      throw usageError('Expected --damaged-since with --damaged-until, got none', 'Name the time when it began.');
    return { conflict, restoreDeleted };
  }
  const until = damagedUntil === undefined ? undefined : demandMoment(damagedUntil);
  return { conflict, restoreDeleted, damaged: { since: demandMoment(damagedSince), until } };
}

/** @throws {CliError} `USAGE` for a module that is no records, such as the dump of a database. */
function refuseOthers({ id, sources }: SnapshotRecord, modules: readonly string[] = []): void {
  // Modules of records have names of their own, as tables have.
  if (sources.some(({ kind }) => kind === 'records')) return;
  const other = sources.find(({ module }) => module !== undefined && modules.includes(module));
  if (other === undefined) return;
  const at = `${shortId(id)}:${displayText(other.path)}`;
  throw usageError(
    `Expected a module of records with --into, got ${displayText(other.module ?? '')}, which is ${other.kind === 'directory' ? 'files' : `a dump of ${displayText(other.kind)}`}`,
    other.kind === 'directory'
      ? 'Restore it with --to DIR, or with --in-place.'
      : `Leave --module out and name the dump: \`holdfast backup restore ${at} --into URL\`. --table restores single tables of it, and --to DIR the dump as a file.`,
  );
}

function hasColumn(schema: SourceDetail | undefined, column: string): boolean {
  const columns = (schema as { readonly columns?: object } | undefined)?.columns;
  return typeof columns === 'object' && Object.hasOwn(columns, column);
}

/**
 * Makes a restore of records into tables ready: each module goes to the table of its name.
 *
 * @throws {CliError} `USAGE`, `UNREADABLE`; {BackupError} what `prepareRecordRestore` throws.
 */
export async function prepareMerge(
  context: Context,
  repository: Repository,
  {
    record,
    flags,
    target,
  }: { readonly record: SnapshotRecord; readonly flags: MergeFlags; readonly target: MergeTarget },
): Promise<SnapshotRestore> {
  const { mode = 'merge', module, base, updatedAt = 'updated_at' } = flags;
  const [rules, records] = [rulesOf(flags), recordNames(flags.record)];
  const { prepareRecordRestore, recordsSourceOf } = await import('@x/backup-store/merge');
  const { listModules } = await import('@x/backup-store/records');
  refuseOthers(record, module);
  const source = recordsSourceOf(record, flags.recordsSource);
  const stored = await listModules(repository, record.id, { source, signal: context.signal });
  const wanted = stored.filter(({ name }) => module === undefined || module.length === 0 || module.includes(name));
  const rewrite = rewriteOf(flags);
  if (rewrite !== undefined) checkRewrite(rewrite, wanted);
  if (rewrite !== undefined && target.rows === undefined)
    throw usageError('Expected --only and --set with tables, got documents', 'Restore into a database.');
  const where = rewrite && target.rows && rowFilter(rowsThere(rewrite), target.rows);
  const tables = wanted.map(({ name, schema }) => ({
    table: name,
    where,
    updatedAt: hasColumn(schema, updatedAt) ? updatedAt : undefined,
  }));
  return await prepareRecordRestore(repository, {
    snapshot: record.id,
    source,
    mode,
    target: (await target.open(tables)).target,
    targetName: target.name,
    modules: module === undefined || module.length === 0 ? undefined : module,
    records,
    rules,
    map: rewrite === undefined ? undefined : (each) => rewritten(each, rewrite),
    choice: rewrite && JSON.stringify([...rewrite.only, '=>', ...rewrite.set]),
    base,
    signal: context.signal,
  });
}

/** The same restore, with a way back. @throws {CliError} `UNREADABLE`; {BackupError} `DATABASE_...`. */
export async function intoMerge({
  restore,
  plan,
  target,
}: {
  readonly restore: SnapshotRestore;
  readonly plan: RecordRestorePlan;
  readonly target: MergeTarget;
}): Promise<IntoPlace<RecordRestoreResult>> {
  const { intoRecords } = await import('@x/backup-store/merge');
  const place = await target.place(plan.modules.map(({ module }) => module));
  return intoRecords({ prepared: restore, plan, place });
}
