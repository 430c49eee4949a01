import { encodeSegment } from '../blob-index/segment.ts';
import { indexPrefix } from '../layout/names.ts';
import { readNamedPacks, readSessionPacks } from '../pack/pack-directories.ts';
import type { RunOptions } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import { indexSeal } from '../session/commit.ts';

/**
 * Writes index segments that are missing or damaged anew, under the names that commits know them by, from the
 * directories at the ends of the packs. Segments that are well are left alone.
 */
export async function rebuildIndex(
  context: RunContext,
  options: RunOptions = {},
): Promise<{ packs: number; blobs: number }> {
  let packs = 0;
  let blobs = 0;
  for (const { tenant, view } of context.tenants()) {
    const before = view.index.blobs;
    await view.loadIndex(options.signal);
    // A pack that another segment names is not named twice.
    const skip = new Set(view.segments.flatMap(({ id }) => view.packsOf(id) ?? []).map(({ id }) => id));
    const packsOf = new Map(view.segments.map((segment) => [segment.id as string, segment.packs]));
    for (const name of view.segmentErrors.keys()) {
      const id = name.slice(indexPrefix(tenant.label).length);
      const named = packsOf.get(id);
      const what = { skip, signal: options.signal };
      const found =
        named === undefined
          ? await readSessionPacks(context.sealed, tenant, id.slice(0, id.indexOf('/')), what)
          : await readNamedPacks(context.sealed, tenant, named, what);
      await context.sealed.store.delete(name, { signal: options.signal });
      await context.sealed.create(name, indexSeal(tenant), encodeSegment(found.packs), { signal: options.signal });
      for (const pack of found.packs) skip.add(pack.id);
      packs += found.packs.length;
    }
    if (view.segmentErrors.size > 0) blobs += view.index.blobs - before;
    view.segmentsRebuilt();
  }
  context.emit('index.rebuilt', { packs, blobs });
  return { packs, blobs };
}
