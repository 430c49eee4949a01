import { listAll } from '@x/storage';

import type { PackInfo } from '../blob-index/segment.ts';
import { ByteReader } from '../bytes/reader.ts';
import { nameParts, packName, packsPrefix } from '../layout/names.ts';
import { visitDirectory } from '../pack/directory.ts';
import { readPackDirectory } from '../pack/pack-directories.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { inParallel } from '../run/parallel.ts';
import { checkTail } from './check-tail.ts';
import { Findings } from './findings.ts';
import type { PackBlobs } from './pack-blobs.ts';
import type { PresentPacks, TenantCheck, Verification } from './verification.ts';

const PARALLEL = 4;

/** Compares the packs in the store with those of the index; from level `structure` on also opens their directories. */
export async function checkPacks(
  check: Verification,
  open: OpenTenant,
  what: Pick<TenantCheck, 'needed' | 'blobs'>,
): Promise<Pick<TenantCheck, 'named' | 'present'>> {
  const { needed, blobs } = what;
  const { context, findings, level, totals, options } = check;
  const { tenant, view } = open;
  const sizes = new Map<string, number>();
  const prefix = packsPrefix(tenant.label);
  for await (const { key, size } of listAll(context.sealed.store, prefix, { signal: options.signal }))
    sizes.set(key, size);
  const wanted = needed && packsOf(open, needed);
  const present = new Map<string, PackInfo>();
  const named = new Set<string>();
  for (const pack of view.index.packs) {
    const name = packName(tenant.label, pack.session, pack.id);
    if (named.has(name) || (wanted !== undefined && !wanted.has(name))) continue;
    named.add(name);
    const size = sizes.get(name);
    if (size === pack.size) {
      present.set(name, pack);
      continue;
    }
    const finding =
      size === undefined
        ? findings.add('missing', name, 'The index names this pack, and it is not there')
        : findings.add(size < pack.size ? 'truncated' : 'damaged', name, `Expected ${pack.size} bytes, got ${size}`);
    Findings.lose(finding, open, blobs.numbers(name));
  }
  totals.packs += named.size;
  totals.blobs += needed?.size ?? view.index.distinct;
  if (needed !== undefined) totals.bytesStored += [...present.values()].reduce((sum, { size }) => sum + size, 0);
  else for (const name of sizes.keys()) if (!named.has(name)) reportUnindexed(check, open, name, prefix);
  if (level !== 'quick') await openDirectories(check, open, { present, blobs });
  return { named, present };
}

function packsOf({ tenant, view }: OpenTenant, needed: ReadonlySet<number>): Set<string> {
  const names = new Set<string>();
  for (const number of needed) {
    const { pack } = view.index.place(number).frame;
    names.add(packName(tenant.label, pack.session, pack.id));
  }
  return names;
}

/** Packs of sessions that ended or go on without a commit, and those that a round has not deleted yet: no loss, only space. */
function reportUnindexed(check: Verification, { view }: OpenTenant, name: string, prefix: string): void {
  const [session] = nameParts(name, prefix);
  const isDead = view.epochs.decision?.packs.some((id) => `${prefix}${id}` === name) === true;
  const committed = view.snapshots.some((snapshot) => snapshot.session === session);
  const { findings } = check;
  if (isDead) findings.add('unindexed', name, 'No snapshot needs this pack any more: the next prune deletes it');
  else if (committed) findings.add('unindexed', name, 'No index segment names this pack: the next prune deletes it');
  else findings.add('unindexed', name, 'No snapshot uses this pack: a backup is running, or was interrupted');
}

async function openDirectories(
  check: Verification,
  open: OpenTenant,
  { present, blobs }: { present: PresentPacks; blobs: PackBlobs },
): Promise<void> {
  const { context, options } = check;
  await inParallel([...present], PARALLEL, async ([name, pack]) => {
    checkAborted(options.signal);
    try {
      const { size, epoch } = pack;
      const place = { name, size, epoch, signal: options.signal };
      const { directory } = await readPackDirectory(context.sealed, open.tenant, place);
      const reader = new ByteReader(directory, name);
      visitDirectory(reader, { frame: () => undefined, blob: () => undefined });
      reader.end();
    } catch (error) {
      await checkTail(check, open, { name, pack, blobs: blobs.byFrame(name), error });
    }
  });
}
