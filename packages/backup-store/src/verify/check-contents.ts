import type { FramePlace } from '../blob-index/blob-index.ts';
import type { PackInfo } from '../blob-index/segment.ts';
import { HEADER_BYTES, parseHeader } from '../envelope/header.ts';
import { readStored } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import { type Extent, planExtents } from '../pack/extent.ts';
import { packContext } from '../pack/pack-directories.ts';
import { PackKeys } from '../pack/pack-keys.ts';
import { checkAborted } from '../run/abort.ts';
import { monotonic } from '../run/clock.ts';
import { inParallel } from '../run/parallel.ts';
import { JobPool } from '../threads/job-pool.ts';
import { type BlobCheck, decodeBad, encodeCheckJob, type FrameCheck } from './check-job.ts';
import { Findings } from './findings.ts';
import { chooseSample, type SampleLimit } from './sample-size.ts';
import type { TenantCheck, Verification } from './verification.ts';

/** A pack that is to be read. */
interface PackTask {
  readonly tenant: TenantCheck;
  readonly name: string;
  readonly pack: PackInfo;
  readonly size: number;
  readonly checkedAt: number | undefined;
}

/** Reads packs (all, or a sample) and recomputes the id of every blob in them. */
export async function checkContents(
  check: Verification,
  tenants: readonly TenantCheck[],
  limit: SampleLimit | undefined,
): Promise<void> {
  const { context, meter, totals } = check;
  const all = tenants.flatMap((tenant) =>
    [...tenant.present].map(([name, pack]): PackTask => {
      return { tenant, name, pack, size: pack.size, checkedAt: tenant.history.at(name) };
    }),
  );
  const tasks = limit === undefined ? all : chooseSample(all, limit);
  meter.counts.bytesTotal = totals.bytesChecked + tasks.reduce((sum, { size }) => sum + size, 0);
  const untilMs = limit?.unit === 'ms' ? monotonic() + limit.value : Infinity;
  const pool = new JobPool('check', {}, { ...context.threads, threads: context.performance.workers });
  const steps = stepsOf(check, tasks, { pool, untilMs });
  try {
    // All lanes take from the same row of steps, which is worked out as it is taken.
    const lanes = Array.from({ length: context.performance.readers });
    await inParallel(lanes, lanes.length, async () => {
      for (const step of steps) {
        checkAborted(check.options.signal);
        await step();
        meter.counts.bytesDone = totals.bytesChecked;
        meter.tick();
      }
    });
  } finally {
    await pool.close();
  }
}

function* stepsOf(
  check: Verification,
  tasks: readonly PackTask[],
  how: { pool: JobPool; untilMs: number },
): Generator<() => Promise<void>, void, undefined> {
  for (const [number, task] of tasks.entries()) {
    if (number > 0 && monotonic() >= how.untilMs) return;
    yield* new PackCheck(check, task, how.pool).steps();
  }
}

/** Checks one pack, in steps of which several may run at a time. */
class PackCheck {
  readonly #check: Verification;
  readonly #task: PackTask;
  readonly #pool: JobPool;
  readonly #keys: PackKeys;
  #left = 0;
  #bytes = 0;

  constructor(check: Verification, task: PackTask, pool: JobPool) {
    this.#check = check;
    this.#task = task;
    this.#pool = pool;
    this.#keys = new PackKeys(check.context.sealed.repositoryId, task.tenant.open.tenant);
  }

  *steps(): Generator<() => Promise<void>, void, undefined> {
    const { tenant, name, pack } = this.#task;
    const blobs = tenant.blobs.byFrame(name, tenant.needed);
    const extents = planExtents([...blobs.keys()].map((number) => tenant.open.view.index.frame(number)));
    this.#left = extents.length + 2;
    for (const start of [0, pack.size - HEADER_BYTES])
      yield async () => await this.#step(async () => await this.#header(start));
    for (const extent of extents) yield async () => await this.#step(async () => await this.#extent(extent, blobs));
  }

  async #step(work: () => Promise<void>): Promise<void> {
    await work();
    this.#left--;
    if (this.#left === 0) this.#finish();
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#check.totals.bytesChecked += bytes;
    this.#check.meter.counts.bytesStored += bytes;
  }

  /** All frames were read, and directory and padding when the pack's structure was checked. */
  #finish(): void {
    const { tenant, name, pack } = this.#task;
    const { context, findings, totals } = this.#check;
    if (tenant.needed !== undefined) return;
    totals.packsRead++;
    // Blocks that two extents share were counted twice, those behind the last frame not at all.
    totals.bytesChecked += pack.size - this.#bytes;
    if (!findings.has(name)) tenant.history.isWell(name, context.clock());
  }

  /** Both headers must say the same as the index. Nothing is lost when one does not: the index and the other one remain. */
  async #header(start: number): Promise<void> {
    const { tenant, name, pack } = this.#task;
    const { context, findings, options } = this.#check;
    const { store, repositoryId } = context.sealed;
    const message = `The header at byte ${start} is damaged; the index has what it says`;
    try {
      const range = { start, end: start + HEADER_BYTES };
      const bytes = await readStored(store, name, { range, signal: options.signal });
      const { salt, commitment } = parseHeader(bytes, packContext(repositoryId, tenant.open.tenant, name));
      const { identity } = pack;
      if (!Buffer.from(salt).equals(identity.salt) || !Buffer.from(commitment).equals(identity.commitment))
        throw new BackupError('OBJECT_INVALID', message, { object: name });
      this.#count(HEADER_BYTES);
    } catch (error) {
      findings.addSpare(error, name, message);
    }
  }

  async #extent(extent: Extent, blobs: ReadonlyMap<number, readonly BlobCheck[]>): Promise<void> {
    const { tenant, name } = this.#task;
    const { context, findings, options } = this.#check;
    const frames = extent.frames.map((frame): FrameCheck => ({ frame, blobs: blobs.get(frame.number) ?? [] }));
    try {
      const object = this.#keys.open((extent.frames[0] as FramePlace).pack);
      const sealed = await readStored(context.sealed.store, name, { range: extent.range, signal: options.signal });
      this.#count(sealed.length);
      const idKey = tenant.open.tenant.subkey('id');
      const job = encodeCheckJob({ idKey, object, firstBlock: extent.range.firstBlock, frames });
      for (const { code, message, numbers } of decodeBad(await this.#pool.run(job, sealed))) {
        const error = Object.assign(new Error(message), { name: 'StorageError', code });
        Findings.lose(findings.addError(error, name), tenant.open, numbers);
      }
    } catch (error) {
      const lost = frames.flatMap((frame) => frame.blobs.map(({ number }) => number));
      Findings.lose(findings.addError(error, name), tenant.open, lost);
    }
  }
}
