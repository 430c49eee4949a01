import { BackupError } from '../errors.ts';
import type { RecordAdapter } from '../records/contract.ts';
import { recordsSource } from '../records/records-source.ts';
import type { RestorePlace } from '../repository/contract.ts';
import { restoreRecords } from './restore-records.ts';
import { returnRecords } from './return-records.ts';
import { snapshotRecords } from './snapshot-records.ts';
import { LogReader } from './written-log.ts';

/** Name of the source of records in a safety snapshot. */
const SAFETY = 'before-restore';

/** Options of {@link recordsPlace}. */
export interface RecordsPlaceOptions extends RecordAdapter {
  /** {@link RestorePlace.name}: without secrets. */
  readonly name: string;
  readonly address?: string | undefined;
  /** Modules that are restored. Default: all of the adapter. */
  readonly modules?: readonly string[] | undefined;
  /** What a safety snapshot has beside the records, such as a dump of the whole database. */
  readonly current?: RestorePlace['current'] | undefined;
}

/** How records were before. */
interface RecordsBefore {
  readonly modules: readonly string[];
  /** The restore notes what it writes. */
  readonly isNoted?: boolean | undefined;
}

/**
 * Tables of a database, or what else an adapter reads and writes as records, for `Repository.restoreInto` and `Repository.rollBack`. The safety
 * snapshot has the records of these modules. Going back is one transaction: behind a restore by `intoRecords`, records that still are what that has
 * written become what they were, and what others have written since stays; behind any other, the modules become what they were.
 */
export function recordsPlace(options: RecordsPlaceOptions): RestorePlace {
  const { name, address, source, target, current } = options;
  const modules = options.modules ?? source.modules.map((module) => module.name);
  const own = { ...source, modules: source.modules.filter((module) => modules.includes(module.name)) };
  return {
    name,
    address,
    parts: modules.map((module) => ({ name: module })),
    current: {
      ...current,
      sources: [recordsSource({ ...own, name: SAFETY, mode: 'full' }), ...(current?.sources ?? [])],
    },
    look: async () => await Promise.resolve({ state: { modules }, isEmpty: false }),
    goBack: async ({ safety, state }, { repository, notes, signal = new AbortController().signal }) => {
      const { modules: saved, isNoted } = state as unknown as RecordsBefore;
      const log = isNoted === true ? await LogReader.open(notes) : undefined;
      // It was killed before its transaction could end.
      if (isNoted === true && log === undefined) return;
      if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
      const before = snapshotRecords(repository, { snapshot: safety.id, source: SAFETY });
      if (log !== undefined) return await returnRecords(target, { log, saved: before, signal });
      await restoreRecords({ mode: 'full', backup: before, target, modules: await inOrder(target, saved), signal });
    },
  };
}

/** What others refer to comes first. */
async function inOrder(target: RecordAdapter['target'], modules: readonly string[]): Promise<readonly string[]> {
  const order = await target.modules({ signal: new AbortController().signal });
  return order.filter((module) => modules.includes(module));
}
