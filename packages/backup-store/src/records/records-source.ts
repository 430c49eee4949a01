import { BackupError } from '../errors.ts';
import { systemClock } from '../run/clock.ts';
import type { BackupSource, SourceDetail, SourceEntry, SourceRun } from '../source/contract.ts';
import type { RecordModules } from './contract.ts';
import { checkModuleName, MANIFEST, type ModuleManifest } from './manifest.ts';
import { moduleEntries } from './module-entries.ts';

/** Modules that the snapshot's record tells about one by one: more would not fit. */
const MAX_TOLD = 200;

/** Options of {@link recordsSource}. */
export interface RecordsSourceOptions extends RecordModules {
  /** Folder that the records come back in, below a restore folder. Default `records`. */
  readonly name?: string | undefined;
  /** `full`: read everything each time. Default `incremental`: only changes, where there is a snapshot before. */
  readonly mode?: 'incremental' | 'full' | undefined;
  /** Milliseconds since 1970, or `last` (default): changes since then are read, if that is earlier than what was seen last. */
  readonly since?: 'last' | number | undefined;
  /**
   * Milliseconds by which each reading looks farther back than it would have to, for clocks that differ and for transactions that
   * take long. Default 5 minutes; one where modules tell their moment, as tables of PostgreSQL do.
   */
  readonly overlapMs?: number | undefined;
  /** Brings what writes the records to rest, before anything of the snapshot is read. */
  readonly quiesce?: ((options: { readonly signal: AbortSignal }) => Promise<void> | void) | undefined;
  /** Ends what `quiesce` began. Called whenever that was. */
  readonly resume?: (() => Promise<void> | void) | undefined;
  /** Milliseconds since 1970. Default: the system's clock. */
  readonly clock?: (() => number) | undefined;
}

/**
 * A source of records: rows, documents, anything with an id. A first backup reads all; later ones read what has changed since and
 * what was deleted, and take the rest over from the snapshot before. Every snapshot restores alone. One module that fails is left
 * out and reported, the others are kept.
 *
 * What is kept of a module is JSON Lines in the order of ids, and a file that says what they are (`docs/formats/records.md`).
 * {@link readRecords} reads them back.
 *
 * @throws {BackupError} `INVALID_OPTION`, at once. In a backup, as the source's or a module's status: `INVALID_RECORD`,
 * `TOO_MANY_IDS`, and what modules throw.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { recordsSource } from '@x/backup-store/records';
 *
 * const bookings = [{ id: 'b-1', updatedAt: Date.parse('2026-03-01T10:00:00Z'), data: { room: 12, nights: 3 } }];
 * const source = recordsSource({
 *   name: 'hotel',
 *   modules: [
 *     {
 *       name: 'bookings',
 *       async *read({ since = -Infinity }) {
 *         yield* bookings.filter(({ updatedAt }) => updatedAt >= since);
 *       },
 *       async *ids() {
 *         yield* bookings.map(({ id }) => id);
 *       },
 *     },
 *   ],
 * });
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { sources } = await repository.backup({ sources: [source] });
 * console.log(sources[0]?.details);
 * ```
 */
export function recordsSource(options: RecordsSourceOptions): BackupSource {
  checkOptions(options);
  return {
    name: options.name ?? 'records',
    kind: 'records',
    read: (run) => readModules(options, run),
    async check({ signal }) {
      try {
        await options.open?.({ signal });
        for (const module of options.modules) await module.schema?.({ signal });
      } finally {
        await options.close?.();
      }
    },
    async quiesce({ signal }) {
      await options.quiesce?.({ signal });
      await options.open?.({ signal });
    },
    async resume() {
      try {
        await options.close?.();
      } finally {
        await options.resume?.();
      }
    },
  };
}

async function* readModules(
  options: RecordsSourceOptions,
  run: SourceRun,
): AsyncGenerator<SourceEntry, void, undefined> {
  const { clock = systemClock, since = 'last' } = options;
  const nowMs = clock();
  const done: ModuleManifest[] = [];
  const parts = {
    signal: run.signal,
    previous: run.previous,
    wanted: options.mode === 'full' ? 'all' : (run.reading ?? 'changed'),
    since: since === 'last' ? undefined : since,
    overlapMs: options.overlapMs,
    nowMs,
    onDone: (manifest: ModuleManifest) => {
      done.push(manifest);
    },
  } as const;
  run.describe(detailsOf(done));
  for (const module of options.modules) {
    try {
      yield* moduleEntries({ ...parts, module });
      run.describe(detailsOf(done));
    } catch (error) {
      if (run.signal.aborted) throw error;
      // Its own failure, not that of the others: without this file the rest of it does not count.
      yield { path: `${module.name}/${MANIFEST}`, content: failing(error) };
    }
  }
}

/** What the snapshot's record says: whether deletions are known, and what was read. */
function detailsOf(done: readonly ModuleManifest[]): Record<string, SourceDetail> {
  const told = done.slice(0, MAX_TOLD).map(({ module, reading, read, records, deletes }) => {
    const about = { reading, read, deletes: deletes === 'known' ? 'known' : 'deletes unknown' };
    return [module, records === undefined ? about : { ...about, records }] as const;
  });
  return {
    reading: done.every(({ reading }) => reading === 'all') ? 'all' : 'changed',
    read: done.reduce((sum, { read }) => sum + read, 0),
    deletes: done.every(({ deletes }) => deletes === 'known') ? 'known' : 'deletes unknown',
    modules: Object.fromEntries(told),
  };
}

// eslint-disable-next-line require-yield -- A file that can't be read.
async function* failing(error: unknown): AsyncGenerator<never, void, undefined> {
  throw error;
}

function checkOptions({ modules, overlapMs = 0, since = 'last' }: RecordsSourceOptions): void {
  const names = new Set<string>();
  for (const { name } of modules) {
    checkModuleName(name);
    if (names.has(name))
      throw new BackupError('INVALID_OPTION', `Expected modules of different names, got ${JSON.stringify(name)} twice`);
    names.add(name);
  }
  if (names.size === 0) throw new BackupError('INVALID_OPTION', 'Expected modules of records, got none');
  if (!(overlapMs >= 0 && Number.isSafeInteger(overlapMs)))
    throw new BackupError('INVALID_OPTION', `Expected overlapMs in whole milliseconds, got ${overlapMs}`);
  if (since !== 'last' && !Number.isSafeInteger(since))
    throw new BackupError('INVALID_OPTION', `Expected since to be "last" or milliseconds since 1970, got ${since}`);
}
