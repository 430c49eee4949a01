import { BackupError } from '../errors.ts';
import type { RecordAdapter } from '../records/contract.ts';
import { recordsSource } from '../records/records-source.ts';
import type { RestorePlace } from '../repository/contract.ts';
import { restoreRecords } from './restore-records.ts';
import { snapshotRecords } from './snapshot-records.ts';

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

/**
 * Tables of a database, or what else an adapter reads and writes as records, for `Repository.restoreInto` and `Repository.rollBack`. The safety
 * snapshot has the records of these modules; going back makes the modules what they were, in one transaction, and touches nothing else.
 */
export function recordsPlace(options: RecordsPlaceOptions): RestorePlace {
  const { name, address, source, target, current } = options;
  const modules = options.modules ?? source.modules.map((module) => module.name);
  const own = { ...source, modules: source.modules.filter((module) => modules.includes(module.name)) };
  return {
    name,
    address,
    current: {
      ...current,
      sources: [recordsSource({ ...own, name: SAFETY, mode: 'full' }), ...(current?.sources ?? [])],
    },
    look: async () => await Promise.resolve({ state: { modules }, isEmpty: false }),
    goBack: async ({ safety, state }, { repository, signal }) => {
      if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
      const backup = snapshotRecords(repository, { snapshot: safety.id, source: SAFETY });
      const { modules: saved } = state as { readonly modules: readonly string[] };
      await restoreRecords({ mode: 'full', backup, target, modules: await inOrder(target, saved), signal });
    },
  };
}

/** What others refer to comes first. */
async function inOrder(target: RecordAdapter['target'], modules: readonly string[]): Promise<readonly string[]> {
  const order = await target.modules({ signal: new AbortController().signal });
  return order.filter((module) => modules.includes(module));
}
