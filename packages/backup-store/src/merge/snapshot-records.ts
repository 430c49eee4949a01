import { BackupError } from '../errors.ts';
import {
  listModules,
  readRecords,
  readRecordStates,
  type RecordsRepository,
  type StoredModule,
} from '../records/read-records.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import type { RecordView } from './restore-contract.ts';

/** Which records of which snapshot. */
export interface SnapshotRecordsOptions {
  /** An id: what `latest` means may change on the way. */
  readonly snapshot: string;
  /** Name of the source of records. */
  readonly source: string;
  /** Id of a later snapshot of the same source: what that knows to be deleted counts as deleted. */
  readonly deletionsFrom?: string | undefined;
}

/** The records of a snapshot as a side of a merge. */
export function snapshotRecords(
  repository: RecordsRepository,
  { snapshot, source, deletionsFrom }: SnapshotRecordsOptions,
): RecordView {
  const lists = new Map<string, readonly StoredModule[]>();
  // A snapshot never changes, so each is looked at once.
  const modulesOf = async (id: string, signal: AbortSignal): Promise<readonly StoredModule[]> => {
    const list = lists.get(id) ?? (await listModules(repository, id, { source, signal }));
    lists.set(id, list);
    return list;
  };
  return {
    modules: async ({ signal }) => (await modulesOf(snapshot, signal)).map(({ name }) => name),
    schema: async (module, { signal }) =>
      (await modulesOf(snapshot, signal)).find(({ name }) => name === module)?.schema,
    read: (module, reading) => readRecords(repository, snapshot, { source, module, ...reading }),
    async *deleted(module, { signal, ids }) {
      if (deletionsFrom === undefined) return;
      const later = await modulesOf(deletionsFrom, signal);
      if (!later.some(({ name }) => name === module)) return;
      for await (const state of readRecordStates(repository, deletionsFrom, { source, module, ids, signal }))
        if ('deletedAt' in state) yield state;
    },
  };
}

/** The name of the one source of records that a snapshot has, or of the one that is asked for. @throws {BackupError} `MODULE_NOT_FOUND`. */
export function recordsSourceOf({ id, sources }: Pick<SnapshotRecord, 'id' | 'sources'>, wanted?: string): string {
  const names = sources.filter(({ kind }) => kind === 'records').map(({ path }) => path);
  const [first] = wanted === undefined ? names : names.filter((name) => name === wanted);
  if (first !== undefined && (wanted !== undefined || names.length === 1)) return first;
  throw new BackupError(
    'MODULE_NOT_FOUND',
    `Expected ${wanted === undefined ? 'one source of records' : `the source of records "${wanted}"`} in snapshot ${id}, got ${names.length === 0 ? 'none' : names.join(', ')}`,
    { hint: names.length === 0 ? 'Restore its files, or look into another snapshot.' : 'Name the source of records.' },
  );
}
