import type { DataRecord, DeletedRecord, RecordReader } from '../records/contract.ts';
import { WantedIds, withIds } from './chosen-records.ts';
import { withLeftColumns, withoutColumns } from './columns.ts';
import type { MergeDecision, MergeRules } from './contract.ts';
import { mergeRecords } from './merge-records.ts';
import type { RecordRestoreOptions, RecordView, SchemaChange, ViewOptions } from './restore-contract.ts';
import { refuseChanges, schemaChanges } from './schema-changes.ts';

/** One module of a restore: what is read from where, and by which rules. */
export interface ModuleRun {
  readonly module: string;
  readonly schemaChanges: readonly SchemaChange[];
  readonly rules: MergeRules;
}

/** A full or selective restore is a merge in which the backup always wins. */
function rulesOf({ mode, rules = {} }: RecordRestoreOptions): MergeRules {
  if (mode === 'merge') return rules;
  return { conflict: 'backup', restoreDeleted: true, extra: mode === 'full' ? 'delete' : 'keep' };
}

/** Compares how the modules were and are made. @throws {BackupError} `SCHEMA_CHANGED`. */
export async function prepareModules(
  modules: readonly string[],
  options: RecordRestoreOptions,
  signal: AbortSignal,
): Promise<ModuleRun[]> {
  const { backup, target } = options;
  const runs: ModuleRun[] = [];
  for (const module of modules) {
    const [before, now] = [await backup.schema?.(module, { signal }), await target.schema?.(module, { signal })];
    runs.push({ module, schemaChanges: schemaChanges(module, before, now), rules: rulesOf(options) });
  }
  const changes = runs.flatMap((run) => run.schemaChanges);
  refuseChanges(changes, options);
  return runs;
}

/** Decisions on one module. Records to put are whole: columns that are left as they are have their values. */
export async function* decisionsOf(
  run: ModuleRun,
  options: RecordRestoreOptions,
  from: { readonly current: RecordReader; readonly signal: AbortSignal },
): AsyncGenerator<MergeDecision, void, undefined> {
  const { module } = run;
  const { current, signal } = from;
  const wanted = new WantedIds(module, options.records?.[module]);
  const added = run.schemaChanges.filter(({ change }) => change === 'added').map(({ column }) => column);
  const columns = new Set([...added, ...(options.skipColumns?.[module] ?? [])]);
  const { map, isErased } = options;
  const reading = { signal, ids: wanted.ids };
  const erased = new Set<string>();
  const changed = (records: AsyncIterable<DataRecord>, noted = new Set<string>()): AsyncIterable<DataRecord> =>
    withoutColumns(map === undefined ? records : mapped(records, { module, map, isErased, erased: noted }), columns);
  // Who is under which id now is not known before.
  const idsNow = map === undefined ? wanted.ids : undefined;
  const sides = {
    module,
    base: await baseOf(options, module, reading).then((base) => base && changed(withIds(base, wanted.ids))),
    backup: changed(wanted.of(options.backup.read(module, reading)), erased),
    current: withoutColumns(withIds(current.read(module, { signal }), idsNow), columns),
    deleted: deletedOf(options.backup, module, reading),
    isErased: (id: string) => (map === undefined ? isErased?.(module, id) === true : erased.has(id)),
  };
  for await (const decision of mergeRecords(sides, run.rules)) {
    signal.throwIfAborted();
    const { record, view } = decision;
    const isAsked = wanted.ids === undefined || view.backup !== undefined || view.base !== undefined;
    if (!isAsked && map !== undefined) continue;
    yield record === undefined ? decision : { ...decision, record: withLeftColumns(record, view.current) };
  }
  wanted.check();
}

/** Records as `map` changes them. Erased is who was so under the id of the backup; what it is now is noted in `erased`. */
async function* mapped(
  records: AsyncIterable<DataRecord>,
  by: {
    readonly module: string;
    readonly map: NonNullable<RecordRestoreOptions['map']>;
    readonly isErased: RecordRestoreOptions['isErased'];
    readonly erased: Set<string>;
  },
): AsyncGenerator<DataRecord, void, undefined> {
  const { module, map, isErased, erased } = by;
  for await (const record of records) {
    const changed = map(record, module);
    if (changed === undefined) continue;
    if (isErased?.(module, record.id) === true) erased.add(changed.id);
    yield changed;
  }
}

/** A base that does not have the module yet is one where the module was empty. */
async function baseOf(
  { mode, base }: RecordRestoreOptions,
  module: string,
  reading: ViewOptions,
): Promise<AsyncIterable<DataRecord> | undefined> {
  if (mode !== 'merge' || base === undefined) return undefined;
  return (await base.modules(reading)).includes(module) ? base.read(module, reading) : nothing();
}

function deletedOf(backup: RecordView, module: string, reading: ViewOptions): AsyncIterable<DeletedRecord> | undefined {
  const deleted = backup.deleted?.(module, reading);
  return deleted && withIds(deleted, reading.ids);
}

// eslint-disable-next-line require-yield -- it is empty
async function* nothing(): AsyncGenerator<DataRecord, void, undefined> {
  await Promise.resolve();
}
