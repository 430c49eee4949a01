import { aborted } from '../run/abort.ts';
import { WantedIds } from './chosen-records.ts';
import { BackupError } from '../errors.ts';
import type { DataRecord } from '../records/contract.ts';
import type { Repository, SnapshotFilter, TenantHandle } from '../repository/contract.ts';
import { recordsSourceOf, snapshotRecords } from './snapshot-records.ts';

/** What {@link exportRecords} works with. */
export interface ExportRecordsOptions {
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** For `latest` and names. */
  readonly filter?: SnapshotFilter | undefined;
  /** Name of the source of records. Default: the only one there is. */
  readonly source?: string | undefined;
  /** Default: all. */
  readonly modules?: readonly string[] | undefined;
  /** Only these records, by module. */
  readonly records?: Readonly<Record<string, readonly string[]>> | undefined;
  /** Told of each record that is left out since it was erased for good. */
  readonly onErased?: ((module: string, id: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A record, and the module it is of. */
export interface ExportedRecord {
  readonly module: string;
  readonly record: DataRecord;
}

/**
 * Records of a snapshot for any other place: a stream, a program, an archive. Module by module, in the order of ids; those that were
 * erased for good are left out.
 *
 * @throws {BackupError} `SNAPSHOT_...`, `MODULE_NOT_FOUND`, `RECORD_NOT_FOUND`, `ABORTED`, and what reading throws.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { exportRecords, recordLines } from '@x/backup-store/merge';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const guests = exportRecords(repository, { snapshot: 'latest', modules: ['guests'] });
 * for await (const lines of recordLines(guests)) process.stdout.write(lines);
 * ```
 */
export async function* exportRecords(
  repository: Pick<Repository | TenantHandle, 'snapshot' | 'read' | 'entries' | 'journal'>,
  options: ExportRecordsOptions,
): AsyncGenerator<ExportedRecord, void, undefined> {
  const { signal = new AbortController().signal, records = {} } = options;
  const { id: snapshot, sources, tenant } = await repository.snapshot(options.snapshot, options.filter);
  const source = recordsSourceOf({ id: snapshot, sources }, options.source);
  const view = snapshotRecords(repository, { snapshot, source });
  const there = await view.modules({ signal });
  const chosen = options.modules ?? (options.records === undefined ? there : Object.keys(records));
  const unknown = chosen.find((module) => !there.includes(module));
  if (unknown !== undefined) {
    throw new BackupError('MODULE_NOT_FOUND', `Expected the module "${unknown}" in snapshot ${snapshot}, got none`, {
      hint: `It has ${there.join(', ')}.`,
    });
  }
  const erased = await repository.journal.erased({ tenant: tenant.name, signal });
  for (const module of chosen) {
    const wanted = new WantedIds(module, records[module]);
    for await (const record of wanted.of(view.read(module, { signal, ids: wanted.ids }))) {
      if (signal.aborted) throw aborted(signal);
      if (erased.has(module, record.id)) options.onErased?.(module, record.id);
      else yield { module, record };
    }
    wanted.check();
  }
}
