import { blobId } from '../blob-index/blob-id.ts';
import type { FramePlace } from '../blob-index/blob-index.ts';
import { isBackupError } from '../errors.ts';
import { type Extent, planExtents } from '../pack/extent.ts';
import { BLOB } from '../pack/directory.ts';
import type { OpenTenant } from '../run/context.ts';
import type { BlobUse } from './content-plan.ts';
import type { RestoreItem } from './restore-item.ts';

/** So often rounds of garbage collection may move what a restore is about to read. */
const MAX_MOVES = 8;

/** Content that was not where it was looked for, and why. */
export interface LostContent {
  readonly uses: readonly BlobUse[];
  readonly error: unknown;
  /** The pack. */
  readonly object: string | undefined;
}

/** Where content is now. */
export interface MovedContent {
  readonly extents: readonly Extent[];
  readonly uses: ReadonlyMap<number, readonly BlobUse[]>;
}

const isGone = (error: unknown): boolean => isBackupError(error, 'OBJECT_MISSING') || isBackupError(error, 'BLOB_MISSING');

/** Whether this may be because a round of garbage collection has written a pack again: a restore registers nowhere. */
export const mayHaveMoved = ({ error }: LostContent): boolean => isGone(error);

/** Does `work`; when something is gone because it was moved, reads the index again and does it again. */
export async function persistently<T>(
  { view }: OpenTenant,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  for (let moves = 0; ; moves++) {
    const { index } = view;
    try {
      return await work();
    } catch (error) {
      if (!isGone(error) || moves >= MAX_MOVES) throw error;
      await view.reload(signal);
      if (view.index === index) throw error;
    }
  }
}

/** Finds content again by an index that was just read. What is in no other pack than before is left out. */
export function findMoved(
  { tenant, view: { index } }: OpenTenant,
  items: readonly RestoreItem[],
  lost: readonly LostContent[],
): MovedContent {
  const frames = new Map<number, FramePlace>();
  const uses = new Map<number, BlobUse[]>();
  for (const use of lost.flatMap((each) => each.uses)) {
    const blob = items[use.file]?.entry.content[use.part];
    const number = blob === undefined ? -1 : index.find(blobId(tenant.idKey, BLOB.data, blob.sha256));
    if (number < 0 || index.isLost(number) || index.lengthOf(number) !== blob?.length) continue;
    const frame = index.frameOf(number);
    frames.set(frame, index.frame(frame));
    uses.set(frame, [...(uses.get(frame) ?? []), { ...use, offset: index.place(number).offset }]);
  }
  return { extents: planExtents([...frames.values()]), uses };
}

/** What of it was not found again. */
export function stillLost(lost: readonly LostContent[], { uses }: MovedContent): LostContent[] {
  const found = new Set([...uses.values()].flat().map(({ file, part }) => `${file}/${part}`));
  return lost
    .map((each) => ({ ...each, uses: each.uses.filter(({ file, part }) => !found.has(`${file}/${part}`)) }))
    .filter((each) => each.uses.length > 0);
}

/** Reads content, wherever it is moved meanwhile. `fetch` reads extents and tells what it did not find. @returns What is lost. */
export async function fetchMoving(
  tenant: OpenTenant,
  what: { readonly items: readonly RestoreItem[]; readonly content: MovedContent; readonly signal: AbortSignal | undefined },
  fetch: (content: MovedContent) => Promise<LostContent[]>,
): Promise<LostContent[]> {
  let missed = await fetch(what.content);
  const lost = missed.filter((each) => !mayHaveMoved(each));
  for (let moves = 0; moves < MAX_MOVES; moves++) {
    missed = missed.filter(mayHaveMoved);
    if (missed.length === 0) break;
    await tenant.view.reload(what.signal);
    const moved = findMoved(tenant, what.items, missed);
    lost.push(...stillLost(missed, moved));
    missed = await fetch(moved);
    lost.push(...missed.filter((each) => !mayHaveMoved(each)));
  }
  return [...lost, ...missed.filter(mayHaveMoved)];
}
