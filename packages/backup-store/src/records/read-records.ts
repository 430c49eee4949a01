import { BackupError, isBackupError } from '../errors.ts';
import type { TenantHandle } from '../repository/contract.ts';
import type { SourceDetail } from '../source/contract.ts';
import type { DataRecord, DeletedRecord } from './contract.ts';
import { compareIds } from './id-order.ts';
import { type Line, recordOf } from './line.ts';
import { checkModuleName, MANIFEST, type ModuleManifest, readManifest, type Segment } from './manifest.ts';
import { mergeLines } from './merge-lines.ts';
import { segmentLines } from './segment-lines.ts';

/** What records are read from: a repository, or anything that reads files of a snapshot as one does. */
export type RecordsRepository = Pick<TenantHandle, 'read' | 'entries'>;

/** A source of records in a snapshot. */
export interface RecordsPlace {
  /** The source's name. Default `records`. */
  readonly source?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Which records to read. */
export interface ReadRecordsFrom extends RecordsPlace {
  readonly module: string;
  /** Only these. Default: all. */
  readonly ids?: Iterable<string> | undefined;
}

/** A module as a snapshot has it. Times are milliseconds since 1970. */
export interface StoredModule {
  readonly name: string;
  /** Present where it is known without reading them. */
  readonly records?: number | undefined;
  /** `unknown`: some of the records may have been deleted before the snapshot was made. */
  readonly deletes: 'known' | 'unknown';
  /** Deleted records are known as far as they were deleted at this moment or later. */
  readonly deletedSince: number;
  readonly schema?: SourceDetail | undefined;
}

/**
 * The records of a module in a snapshot, ordered by the bytes of their ids in UTF-8. Takes the same memory however many there are.
 *
 * @param snapshot Best an id: what `latest` means may change on the way.
 * @throws {BackupError} `MODULE_NOT_FOUND`; `OBJECT_INVALID` for what is no module of records, and what reading throws.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { readRecords } from '@x/backup-store/records';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { id } = await repository.snapshot('latest');
 * for await (const record of readRecords(repository, id, { source: 'hotel', module: 'bookings' })) console.log(record.id);
 * ```
 */
export async function* readRecords(
  repository: RecordsRepository,
  snapshot: string,
  from: ReadRecordsFrom,
): AsyncGenerator<DataRecord, void, undefined> {
  for await (const lines of linesOf(repository, snapshot, from))
    for (const line of lines) if (line.deletedAt === undefined) yield recordOf(line, from.module);
}

/**
 * The same as {@link readRecords}, and between them the records that are known to have been deleted: as far as the module's
 * `deletedSince` goes back, what is not given was never there.
 *
 * @throws {BackupError} as {@link readRecords} does.
 */
export async function* readRecordStates(
  repository: RecordsRepository,
  snapshot: string,
  from: ReadRecordsFrom,
): AsyncGenerator<DataRecord | DeletedRecord, void, undefined> {
  for await (const lines of linesOf(repository, snapshot, from))
    for (const line of lines) {
      const { id, deletedAt } = line;
      yield deletedAt === undefined ? recordOf(line, from.module) : { id, deletedAt };
    }
}

/** The records of a module whose files are somewhere else, as {@link readRecords} gives them. @throws {BackupError} `OBJECT_INVALID`. */
export async function* readModule(
  { module, segments }: ModuleManifest,
  open: (file: string) => AsyncIterable<Uint8Array>,
): AsyncGenerator<DataRecord, void, undefined> {
  for await (const lines of mergeLines(segments.map((segment) => segmentLines(segment, open))))
    for (const line of lines) if (line.deletedAt === undefined) yield recordOf(line, module);
}

/** What modules a source of records has in a snapshot, by name. @throws {BackupError} `PATH_NOT_FOUND` for an unknown source. */
export async function listModules(
  repository: RecordsRepository,
  snapshot: string,
  { source = 'records', signal }: RecordsPlace = {},
): Promise<StoredModule[]> {
  const modules: StoredModule[] = [];
  for await (const { path, kind } of repository.entries(snapshot, { path: source, signal })) {
    if (kind !== 'file' || !path.endsWith(`/${MANIFEST}`)) continue;
    const { module, ...manifest } = await readManifest(repository.read(snapshot, { path, signal }), path);
    const { records, deletes, deletedSince, schema } = manifest;
    modules.push({ name: module, records, deletes, deletedSince, schema });
  }
  return modules;
}

async function* linesOf(
  repository: RecordsRepository,
  snapshot: string,
  { source = 'records', module, ids, signal }: ReadRecordsFrom,
): AsyncGenerator<Line[], void, undefined> {
  checkModuleName(module);
  const folder = `${source}/${module}`;
  const open = (file: string): AsyncIterable<Uint8Array> =>
    repository.read(snapshot, { path: `${folder}/${file}`, signal });
  const { segments } = await manifestOf(open(MANIFEST), { folder, snapshot });
  const wanted = ids === undefined ? undefined : [...new Set(ids)].toSorted(compareIds);
  const parts = wanted === undefined ? segments : segments.map((segment) => filesWith(segment, wanted));
  const lines = mergeLines(parts.map((segment) => segmentLines(segment, open)));
  if (wanted === undefined) {
    yield* lines;
    return;
  }
  const chosen = new Set(wanted);
  for await (const batch of lines) yield batch.filter(({ id }) => chosen.has(id));
}

async function manifestOf(
  content: AsyncIterable<Uint8Array>,
  { folder, snapshot }: { readonly folder: string; readonly snapshot: string },
): Promise<ModuleManifest> {
  try {
    return await readManifest(content, `${folder}/${MANIFEST}`);
  } catch (error) {
    if (!isBackupError(error, 'PATH_NOT_FOUND')) throw error;
    throw new BackupError('MODULE_NOT_FOUND', `Expected records at ${folder} in snapshot ${snapshot}, got none`, {
      cause: error,
      hint: 'List the snapshot to see which sources and modules it has.',
    });
  }
}

/** Files of a segment that may have one of these ids, which are in order. */
function filesWith(segment: Segment, ids: readonly string[]): Segment {
  return segment.filter(({ first, last }) => {
    const id = ids[firstAtLeast(ids, first)];
    return id !== undefined && compareIds(id, last) <= 0;
  });
}

function firstAtLeast(ids: readonly string[], bound: string): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareIds(ids[middle] as string, bound) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
