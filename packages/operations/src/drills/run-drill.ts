import { randomBytes } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import type { RunOptions, SnapshotRecord } from '@x/backup-store';
import { type Clock, systemClock } from '../clock.ts';
import { OperationsError } from '../errors.ts';
import type { EventBook } from '../events/contract.ts';
import type { DrillKind, DrillResult, ProvenShare } from './contract.ts';
import { type DrillFolder, makeDrillFolder } from './folder.ts';
import { provenOf } from './proven.ts';
import { drillEvent } from './results.ts';
import { type DrilledRepository, type DrillPlaces, type Trial, tryFull, tryValidate } from './try-restore.ts';

/** Options of {@link runDrill}. */
export interface RunDrillOptions extends DrillPlaces, RunOptions {
  /** Where the result is kept. */
  readonly book: Pick<EventBook, 'append'>;
  /** Folder below which a folder is made, and removed in the end. Default: the system's folder for temporary files. */
  readonly sandbox?: string | undefined;
  /** Bytes of its disk that stay free. Default 256 MiB. */
  readonly spareBytes?: number | undefined;
  /** Default: that of the machine. */
  readonly clock?: Clock | undefined;
}

/** What is to be drilled: a part of a plan. */
export interface DrillOrder {
  readonly kind: DrillKind;
  /** Id of the snapshot. */
  readonly snapshot: string;
}

const SPARE_BYTES = 256 * 1024 * 1024;
const SHOWN = 20;
const MAX_CHECKS = 100;
const MAX_CHARS = 500;

/** An event has an end: paths and messages may be long. */
const short = (text: string): string => (text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text);

/** What says nothing of the snapshot. */
const NOT_TRIED: ReadonlySet<string> = new Set(['ABORTED', 'DRILL_NO_ROOM', 'SANDBOX_FULL', 'DRILL_FOLDER_FAILED']);

/**
 * Restores a snapshot to a folder that is thrown away, checks it, and measures how long that took. The result goes to the book as
 * `drill.finished` or `drill.failed`, and the engine is told how much was proven. The folder is gone in the end, also when the drill is ended; what one
 * has left that was killed is removed by the next.
 *
 * What is wrong with the snapshot, or kept the drill from being made, stands in the result.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND`, `SNAPSHOT_AMBIGUOUS`; `ABORTED` once that it was ended is in the book; what the book throws.
 *
 * @example
 * ```ts
 * import { openRepository } from '@x/backup-store';
 * import { storedEventBook } from '@x/operations';
 * import { drillHistory, drillSnapshots, planDrills, runDrill } from '@x/operations/drills';
 * import { fsStore } from '@x/storage';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const book = storedEventBook(fsStore('/var/lib/shop/operations'));
 * const snapshots = drillSnapshots(await repository.catalog());
 * const { drills } = planDrills({ snapshots, history: await drillHistory(book), nowMs: Date.now() });
 * for (const drill of drills) console.log((await runDrill(repository, drill, { book })).status);
 * ```
 */
export async function runDrill(
  repository: DrilledRepository,
  { kind, snapshot }: DrillOrder,
  options: RunDrillOptions,
): Promise<DrillResult> {
  const record = await repository.snapshot(snapshot);
  const run = new DrillRun(kind, record, options.clock ?? systemClock);
  try {
    await run.try(repository, options);
  } catch (error) {
    run.failed(error);
    await options.book.append(drillEvent(run.result(), hostname()));
    if (codeOf(error) === 'ABORTED') throw error;
    return run.result();
  }
  await options.book.append(drillEvent(run.result(), hostname()));
  return run.result();
}

/** A drill under way, and what is known of it so far. */
class DrillRun {
  readonly #kind: DrillKind;
  readonly #record: SnapshotRecord;
  readonly #clock: Clock;
  readonly #id = randomBytes(16).toString('hex');
  readonly #startedMs: number;
  readonly #started: number;
  #ended: number | undefined;
  #room: DrillResult['room'] = null;
  #trial: Trial | undefined;
  #proven: ProvenShare | null = null;
  #error: DrillResult['error'] = null;

  constructor(kind: DrillKind, record: SnapshotRecord, clock: Clock) {
    this.#kind = kind;
    this.#record = record;
    this.#clock = clock;
    this.#startedMs = clock.now();
    this.#started = clock.monotonic();
  }

  async try(repository: DrilledRepository, options: RunDrillOptions): Promise<void> {
    const { sandbox = tmpdir(), signal } = options;
    const { id } = this.#record;
    await using folder = await makeDrillFolder(sandbox, this.#startedMs);
    await this.#demandRoom(repository, folder, options);
    const tryIt = this.#kind === 'full' ? tryFull : tryValidate;
    const trial = await tryIt(repository, id, { ...options, folder, clock: this.#clock });
    this.#ended = this.#clock.monotonic();
    this.#trial = trial;
    this.#proven = await provenOf(repository, id, { bad: trial.bad, signal });
    if (trial.isRecorded) return;
    const at = new Date(this.#startedMs).toISOString();
    const status = trial.problemCount === 0 ? 'ok' : 'damaged';
    await repository.recordCheck(id, { level: 'restore', at, status, coverage: this.#proven.share });
  }

  async #demandRoom(repository: DrilledRepository, folder: DrillFolder, options: RunDrillOptions): Promise<void> {
    const { spareBytes = SPARE_BYTES, signal } = options;
    const { bytes } = await repository.planRestore({ snapshot: this.#record.id, to: folder.restored, signal });
    this.#room = { freeBytes: await folder.freeBytes(), neededBytes: bytes + spareBytes };
    if (this.#room.freeBytes >= this.#room.neededBytes) return;
    throw new OperationsError(
      'DRILL_NO_ROOM',
      `Expected room for a drill of ${bytes} bytes beside ${spareBytes} that stay free, got ${this.#room.freeBytes}`,
      { hint: 'Name a sandbox on a disk with more room.' },
    );
  }

  failed(error: unknown): void {
    this.#ended = this.#clock.monotonic();
    this.#error = { code: codeOf(error), message: short(error instanceof Error ? error.message : String(error)) };
  }

  result(): DrillResult {
    const { id: snapshot, tenant, startedAt: madeAt } = this.#record;
    const durationMs = Math.max(0, Math.round((this.#ended ?? this.#clock.monotonic()) - this.#started));
    const { restoreMs = null, checks = [], problems = [], problemCount = 0 } = this.#trial ?? {};
    const bytes = this.#proven?.bytes ?? 0;
    return {
      id: this.#id,
      kind: this.#kind,
      tenant: tenant.name,
      snapshot,
      madeAt,
      status: this.#status(),
      startedAt: new Date(this.#startedMs).toISOString(),
      finishedAt: new Date(this.#startedMs + durationMs).toISOString(),
      durationMs,
      restoreMs,
      bytes,
      bytesPerSecond: restoreMs === null || bytes === 0 ? null : Math.round((bytes * 1000) / Math.max(1, restoreMs)),
      proven: this.#proven,
      room: this.#room,
      checks: checks.slice(0, MAX_CHECKS).map((check) => ({ ...check, detail: short(check.detail) })),
      problems: problems
        .slice(0, SHOWN)
        .map(({ path, code, message }) => ({ path: short(path), code, message: short(message) })),
      problemCount,
      error: this.#error,
    };
  }

  #status(): DrillResult['status'] {
    if (this.#error !== null) return NOT_TRIED.has(this.#error.code) ? 'notTried' : 'failed';
    const isWell = this.#trial?.problemCount === 0 && this.#trial.checks.every(({ status }) => status !== 'failed');
    return isWell ? 'passed' : 'failed';
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Error && error.name === 'AbortError') return 'ABORTED';
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNEXPECTED';
}
