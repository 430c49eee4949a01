import type { DataDiffOptions, DataDifference, FoundRows } from '../comparison/contract.ts';
import { fitsName } from '../databases/names.ts';
import { BackupError } from '../errors.ts';
import type { DataRecord, RecordTarget } from '../records/contract.ts';
import { compareIds } from '../records/id-order.ts';
import type { RecordsRepository } from '../records/read-records.ts';
import type { Repository } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import { withoutColumns } from './columns.ts';
import { OrderedReader } from './ordered.ts';
import { isSame } from './same-data.ts';
import { schemaChanges } from './schema-changes.ts';
import { recordsSourceOf, snapshotRecords } from './snapshot-records.ts';

const MAX_IDS = 20;
/** Records between two looks at the signal. */
const TURN = 1024;

/** Options of {@link diffRecords}. */
export interface DiffRecordsOptions extends DataDiffOptions {
  readonly repository: RecordsRepository & Pick<Repository, 'snapshot'>;
  /** Id, beginning of an id, name, or `latest`. */
  readonly snapshot: string;
  /** Whose. A snapshot of another one is not found. */
  readonly tenant?: string | undefined;
  /** Name of the source of records in the snapshot. Default: the only one there is. */
  readonly source?: string | undefined;
  /** What is live: the `target` of an adapter. It is read, and not written to. */
  readonly live: Pick<RecordTarget, 'modules' | 'read' | 'schema'>;
}

/**
 * What differs between the records of a snapshot and the live ones, module by module: records by their ids, and columns. Times of changes
 * count as far as they are part of the data. One record of each side is in memory at a time. Modules that only one side has are told; the live ones as
 * far as the adapter has them.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND`; `MODULE_NOT_FOUND` when there are no records, or no module is like what `tables` names;
 * `RECORDS_UNORDERED`; `ABORTED`; what reading throws.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { diffRecords } from '@x/backup-store/merge';
 * import { sqliteRecords } from '@x/backup-store/records';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { target: live } = sqliteRecords({ database: '/srv/hotel/hotel.db', tables: [{ table: 'guests' }] });
 * for await (const { name, added, changed, removed } of diffRecords({ repository, snapshot: 'latest', live }))
 *   console.log(name, added?.count, changed?.count, removed?.count);
 * ```
 */
export async function* diffRecords(options: DiffRecordsOptions): AsyncGenerator<DataDifference, void, undefined> {
  const { repository, tenant, live, signal = new AbortController().signal } = options;
  const record = await repository.snapshot(options.snapshot, tenant === undefined ? undefined : { tenant });
  const path = recordsSourceOf(record, options.source);
  const view = snapshotRecords(repository, { snapshot: record.id, source: path });
  const [old, now] = [await view.modules({ signal }), await live.modules({ signal })];
  for (const module of chosen([...new Set([...old, ...now])].toSorted(compareIds), options.tables)) {
    const [isOld, isNow] = [old.includes(module), now.includes(module)];
    const schemas = [
      await view.schema?.(module, { signal }),
      isNow ? await live.schema?.(module, { signal }) : undefined,
    ] as const;
    const changes = isOld && isNow ? schemaChanges(module, ...schemas) : [];
    // Columns of one side are a difference of the schema, and not of each record.
    const apart = new Set(changes.flatMap(({ change, column }) => (change === 'type' ? [] : [column])));
    const sides: Sides = {
      before: isOld ? withoutColumns(view.read(module, { signal }), apart) : [],
      after: isNow ? withoutColumns(live.read(module, { signal }), apart) : [],
    };
    const schema = changes.map(({ column, before, now: after }) => ({ part: `column ${column}`, before, after }));
    const found = await compareModule(module, sides, { maxIds: options.maxIds ?? MAX_IDS, signal });
    const isEqual =
      [found.added, found.changed, found.removed].every((rows) => rows.count === 0) && schema.length === 0;
    const change = isOld ? (isNow ? (isEqual ? 'same' : 'changed') : 'removed') : 'added';
    yield { path, name: module, change, schema, compared: 'key', ...found };
  }
}

/** @throws {BackupError} `MODULE_NOT_FOUND` when a pattern fits none. */
function chosen(modules: readonly string[], patterns: readonly string[] | undefined): readonly string[] {
  const missing = patterns?.find((pattern) => !modules.some((name) => fitsName(pattern, name)));
  if (missing !== undefined)
    throw new BackupError('MODULE_NOT_FOUND', `Expected a module like ${missing} on one of the sides, got none`, {
      details: modules,
      hint: 'Patterns have * for any characters and ? for one.',
    });
  return modules.filter((name) => patterns === undefined || patterns.some((pattern) => fitsName(pattern, name)));
}

interface Sides {
  readonly before: AsyncIterable<DataRecord> | Iterable<DataRecord>;
  readonly after: AsyncIterable<DataRecord> | Iterable<DataRecord>;
}

interface Compared {
  readonly before: number;
  readonly after: number;
  readonly added: FoundRows;
  readonly changed: FoundRows;
  readonly removed: FoundRows;
}

async function compareModule(
  module: string,
  { before, after }: Sides,
  { maxIds, signal }: { readonly maxIds: number; readonly signal: AbortSignal },
): Promise<Compared> {
  const old = new OrderedReader(before, `the backup of "${module}"`);
  const now = new OrderedReader(after, `what is live of "${module}"`);
  const rows = { added: new Ids(maxIds), changed: new Ids(maxIds), removed: new Ids(maxIds) };
  const counts = { before: 0, after: 0 };
  try {
    await old.advance();
    await now.advance();
    for (let turn = 1; old.head !== undefined || now.head !== undefined; turn++) {
      if (turn % TURN === 0) checkAborted(signal);
      const id = firstOf(old.head?.id, now.head?.id);
      const [was, is] = [await old.take(id), await now.take(id)];
      if (was !== undefined) counts.before++;
      if (is !== undefined) counts.after++;
      if (was === undefined) rows.added.add(id);
      else if (is === undefined) rows.removed.add(id);
      else if (!isSame(was, is)) rows.changed.add(id);
    }
  } finally {
    await old.close();
    await now.close();
  }
  return { ...counts, added: rows.added.rows, changed: rows.changed.rows, removed: rows.removed.rows };
}

function firstOf(a: string | undefined, b: string | undefined): string {
  if (a === undefined || b === undefined) return (a ?? b) as string;
  return compareIds(a, b) <= 0 ? a : b;
}

class Ids {
  readonly #maxIds: number;
  readonly #ids: string[] = [];
  #count = 0;

  constructor(maxIds: number) {
    this.#maxIds = maxIds;
  }

  add(id: string): void {
    this.#count++;
    if (this.#ids.length < this.#maxIds) this.#ids.push(id);
  }

  get rows(): FoundRows {
    return { count: this.#count, ids: this.#ids };
  }
}
