import { listAll } from '@x/storage';

import type { PackInfo } from '../blob-index/segment.ts';
import { ByteReader } from '../bytes/reader.ts';
import { nameParts, packName, packsPrefix } from '../layout/names.ts';
import { visitDirectory } from '../pack/directory.ts';
import { readPackDirectory } from '../pack/pack-directories.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { inParallel } from '../run/parallel.ts';
import type { OpenFinding } from './findings.ts';
import type { Verification } from './verification.ts';

const PARALLEL = 4;

/** Packs that are there in full length, by name. */
export type PresentPacks = ReadonlyMap<string, PackInfo>;

/** Compares the packs in the store with those of the index; from level `structure` on also opens their directories. */
export async function checkPacks(
  check: Verification,
  open: OpenTenant,
  needed: ReadonlySet<number> | undefined,
): Promise<PresentPacks> {
  const { context, findings, level, totals, options } = check;
  const { tenant, view } = open;
  const sizes = new Map<string, number>();
  const prefix = packsPrefix(tenant.label);
  for await (const { key, size } of listAll(context.sealed.store, prefix, { signal: options.signal }))
    sizes.set(key, size);
  const wanted = needed && packsOf(open, needed);
  const present = new Map<string, PackInfo>();
  const indexed = new Set<string>();
  for (const pack of view.index.packs) {
    const name = packName(tenant.label, pack.session, pack.id);
    indexed.add(name);
    if (wanted !== undefined && !wanted.has(name)) continue;
    totals.packs++;
    const size = sizes.get(name);
    if (size === pack.size) present.set(name, pack);
    else if (size === undefined)
      lose(open, pack, findings.add('missing', name, 'The index names this pack, and it is not there'));
    else
      lose(
        open,
        pack,
        findings.add(size < pack.size ? 'truncated' : 'damaged', name, `Expected ${pack.size} bytes, got ${size}`),
      );
  }
  totals.blobs += needed?.size ?? view.index.distinct;
  if (needed !== undefined) totals.bytesStored += [...present.values()].reduce((sum, { size }) => sum + size, 0);
  else for (const name of sizes.keys()) if (!indexed.has(name)) reportUnindexed(check, open, name, prefix);
  if (level !== 'quick') await openDirectories(check, open, present);
  return present;
}

function packsOf({ tenant, view }: OpenTenant, needed: ReadonlySet<number>): Set<string> {
  const names = new Set<string>();
  for (const number of needed) {
    const { pack } = view.index.place(number).frame;
    names.add(packName(tenant.label, pack.session, pack.id));
  }
  return names;
}

/** All blobs of a pack are lost. */
function lose({ view }: OpenTenant, pack: PackInfo, finding: OpenFinding): void {
  const { index } = view;
  for (let number = 0; number < index.blobs; number++) {
    if (index.packOf(number) === pack) finding.blobs.add(number);
  }
}

/** Packs of sessions that ended or go on without a commit, and those that a round of garbage collection has not deleted yet: no loss, only space. */
function reportUnindexed(check: Verification, { view }: OpenTenant, name: string, prefix: string): void {
  const [session] = nameParts(name, prefix);
  const isDead = view.epochs.decision?.packs.some((id) => `${prefix}${id}` === name) === true;
  const committed = view.snapshots.some((snapshot) => snapshot.session === session);
  const message = isDead
    ? 'No snapshot needs this pack any more: the next prune deletes it'
    : committed
      ? 'No index segment names this pack: rebuild the index'
      : 'No snapshot uses this pack: a backup is running, or was interrupted';
  check.findings.add('unindexed', name, message);
}

async function openDirectories(check: Verification, { tenant }: OpenTenant, present: PresentPacks): Promise<void> {
  const { context, findings, options } = check;
  await inParallel([...present], PARALLEL, async ([name, { size, epoch }]) => {
    checkAborted(options.signal);
    try {
      const { directory } = await readPackDirectory(context.sealed, tenant, {
        name,
        size,
        epoch,
        signal: options.signal,
      });
      const reader = new ByteReader(directory, name);
      visitDirectory(reader, { frame: () => undefined, blob: () => undefined });
      reader.end();
    } catch (error) {
      findings.addError(error, name);
    }
  });
}
