import type { FramePlace } from '../blob-index/blob-index.ts';
import type { PackInfo } from '../blob-index/segment.ts';
import { HEADER_BYTES, parseHeader } from '../envelope/header.ts';
import { readStored } from '../envelope/sealed-store.ts';
import { packName } from '../layout/names.ts';
import { type Extent, planExtents } from '../pack/extent.ts';
import { packContext } from '../pack/pack-directories.ts';
import { PackKeys } from '../pack/pack-keys.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { inParallel } from '../run/parallel.ts';
import { JobPool } from '../threads/job-pool.ts';
import { type BlobCheck, type CheckInit, decodeBad, encodeCheckJob, type FrameCheck } from './check-job.ts';
import type { PresentPacks } from './check-packs.ts';
import type { Verification } from './verification.ts';

/** Reads whole packs and recomputes the id of every blob in them. */
export async function checkPackContents(
  check: Verification,
  open: OpenTenant,
  what: { readonly packs: PresentPacks; readonly needed: ReadonlySet<number> | undefined },
): Promise<void> {
  const { context, options } = check;
  const blobs = blobsByFrame(open, what.packs, what.needed);
  const frames = [...blobs.keys()].map((number) => open.view.index.frame(number));
  const extents = planExtents(frames);
  const keys = new PackKeys(context.sealed.repositoryId, open.tenant);
  const init: CheckInit = { idKey: open.tenant.subkey('id') };
  const pool = new JobPool('check', init, { ...context.threads, threads: context.performance.workers });
  try {
    for (const [name, pack] of what.packs) await checkHeaders(check, open, { name, pack });
    await inParallel(extents, context.performance.readers, async (extent) => {
      checkAborted(options.signal);
      await checkExtent(check, { extent, blobs, keys, pool });
      check.meter.counts.bytesDone = check.totals.bytesChecked;
      check.meter.tick();
    });
  } finally {
    await pool.close();
  }
}

function blobsByFrame(
  { tenant, view }: OpenTenant,
  packs: PresentPacks,
  needed: ReadonlySet<number> | undefined,
): Map<number, BlobCheck[]> {
  const { index } = view;
  const byFrame = new Map<number, BlobCheck[]>();
  for (let number = 0; number < index.blobs; number++) {
    if (needed !== undefined && !needed.has(number)) continue;
    const { session, id } = index.packOf(number);
    if (!packs.has(packName(tenant.label, session, id))) continue;
    const { frame, offset, length, type } = index.place(number);
    const check = { number, type, id: index.id(number), offset, length };
    const list = byFrame.get(frame.number);
    if (list === undefined) byFrame.set(frame.number, [check]);
    else list.push(check);
  }
  return byFrame;
}

/** Both headers must say the same as the index. Nothing is lost when one does not: the index and the other one remain. */
async function checkHeaders(
  check: Verification,
  { tenant }: OpenTenant,
  { name, pack }: { name: string; pack: PackInfo },
): Promise<void> {
  const { sealed } = check.context;
  for (const start of [0, pack.size - HEADER_BYTES]) {
    try {
      const range = { start, end: start + HEADER_BYTES };
      const bytes = await readStored(sealed.store, name, { range, signal: check.options.signal });
      const { salt, commitment } = parseHeader(bytes, packContext(sealed.repositoryId, tenant, name));
      const same =
        Buffer.from(salt).equals(pack.identity.salt) && Buffer.from(commitment).equals(pack.identity.commitment);
      if (!same)
        check.findings.add(
          'damaged',
          name,
          `The header at byte ${start} differs from the index; no data is lost by it`,
        );
      check.totals.bytesChecked += HEADER_BYTES;
    } catch (error) {
      check.findings.addError(error, name);
    }
  }
}

interface ExtentParts {
  readonly extent: Extent;
  readonly blobs: ReadonlyMap<number, readonly BlobCheck[]>;
  readonly keys: PackKeys;
  readonly pool: JobPool;
}

async function checkExtent(check: Verification, { extent, blobs, keys, pool }: ExtentParts): Promise<void> {
  const { context, findings, totals, options } = check;
  const frames = extent.frames.map((frame): FrameCheck => ({ frame, blobs: blobs.get(frame.number) ?? [] }));
  let name = 'a pack';
  try {
    const object = keys.open((extent.frames[0] as FramePlace).pack);
    name = object.name;
    const sealed = await readStored(context.sealed.store, name, { range: extent.range, signal: options.signal });
    totals.bytesChecked += sealed.length;
    check.meter.counts.bytesStored += sealed.length;
    const bad = decodeBad(await pool.run(encodeCheckJob(object, extent.range.firstBlock, frames), sealed));
    for (const { code, message, numbers } of bad) {
      const finding = findings.addError(Object.assign(new Error(message), { name: 'StorageError', code }), name);
      for (const number of numbers) finding.blobs.add(number);
    }
  } catch (error) {
    const finding = findings.addError(error, name);
    for (const { blobs: lost } of frames) for (const { number } of lost) finding.blobs.add(number);
  }
}
