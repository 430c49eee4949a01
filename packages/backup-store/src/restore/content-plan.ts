import { blobId } from '../blob-index/blob-id.ts';
import type { FramePlace } from '../blob-index/blob-index.ts';
import type { BlobRef } from '../catalog/entry.ts';
import { type Extent, planExtents } from '../pack/extent.ts';
import { BLOB } from '../pack/directory.ts';
import type { OpenTenant } from '../run/context.ts';
import type { RestoreItem } from './restore-item.ts';

/** One blob of one file. */
export interface BlobUse {
  /** Number of the item. */
  readonly file: number;
  /** Number of the blob in its content. */
  readonly part: number;
  /** Where it goes in the file. */
  readonly position: number;
  /** Where it is in its frame. */
  readonly offset: number;
}

/** What has to be fetched, and what becomes of it. */
export interface ContentPlan {
  readonly extents: readonly Extent[];
  /** By number of frame. */
  readonly uses: ReadonlyMap<number, readonly BlobUse[]>;
  /** Items of which content is in no index. */
  readonly missing: ReadonlySet<number>;
  readonly bytes: number;
  readonly bytesFetched: number;
}

/** Finds where the content of files is, in the order of packs. `links`: items that become hard links and need none. */
export function planContent(
  tenant: OpenTenant,
  items: readonly RestoreItem[],
  links: ReadonlySet<number>,
): ContentPlan {
  const places = new Places(tenant);
  const missing = new Set<number>();
  let bytes = 0;
  for (const [file, { action, entry }] of items.entries()) {
    if (entry.kind !== 'file' || (action !== 'create' && action !== 'overwrite') || links.has(file)) continue;
    const numbers = entry.content.map((blob) => places.find(blob));
    if (numbers.includes(-1)) {
      missing.add(file);
      continue;
    }
    bytes += entry.size;
    let position = 0;
    for (const [part, number] of numbers.entries()) {
      places.add(number, { file, part, position });
      position += (entry.content[part] as BlobRef).length;
    }
  }
  return { ...places.plan(), missing, bytes };
}

/** Finds where single blobs are now, in an index that was loaded anew. */
export function planAgain(
  tenant: OpenTenant,
  items: readonly RestoreItem[],
  uses: readonly BlobUse[],
): Pick<ContentPlan, 'extents' | 'uses'> & { readonly missing: ReadonlySet<BlobUse> } {
  const places = new Places(tenant);
  const missing = new Set<BlobUse>();
  for (const use of uses) {
    const number = places.find((items[use.file] as RestoreItem).entry.content[use.part] as BlobRef);
    if (number < 0) missing.add(use);
    else places.add(number, use);
  }
  return { ...places.plan(), missing };
}

/** Looks blobs up, and gathers their uses by the frame they are in. */
class Places {
  readonly #index: OpenTenant['view']['index'];
  readonly #idKey: OpenTenant['tenant']['idKey'];
  readonly #frames = new Map<number, FramePlace>();
  readonly #uses = new Map<number, BlobUse[]>();

  constructor({ tenant, view }: OpenTenant) {
    this.#index = view.index;
    this.#idKey = tenant.idKey;
  }

  /** Number of the blob, or -1. */
  find(blob: BlobRef): number {
    const number = this.#index.find(blobId(this.#idKey, BLOB.data, blob.sha256));
    // An entry that states another length than its data has would become a file of any size.
    return number >= 0 && this.#index.lengthOf(number) === blob.length ? number : -1;
  }

  add(number: number, { file, part, position }: Omit<BlobUse, 'offset'>): void {
    const frame = this.#index.frameOf(number);
    const use = { file, part, position, offset: this.#index.offsetOf(number) };
    const known = this.#uses.get(frame);
    if (known !== undefined) known.push(use);
    else {
      this.#uses.set(frame, [use]);
      this.#frames.set(frame, this.#index.frame(frame));
    }
  }

  plan(): Pick<ContentPlan, 'extents' | 'uses' | 'bytesFetched'> {
    const extents = planExtents([...this.#frames.values()]);
    const bytesFetched = extents.reduce((sum, { range }) => sum + range.end - range.start, 0);
    return { extents, uses: this.#uses, bytesFetched };
  }
}

/** Items that become a further name of a file which this restore writes (or keeps) too: item → item linked to. */
export function planLinks(items: readonly RestoreItem[]): Map<number, number> {
  const links = new Map<number, number>();
  if (!items.some(({ entry }) => entry.hardLinkTo !== undefined)) return links;
  const key = (tree: number, item: RestoreItem, path: Uint8Array): string =>
    `${tree}\0${item.path.length - item.entry.path.length}\0${Buffer.from(path).toString('latin1')}`;
  const firsts = new Map<string, number>();
  for (const [number, item] of items.entries()) {
    const { action, entry, tree } = item;
    if (entry.kind !== 'file' || (action !== 'create' && action !== 'overwrite')) continue;
    const first = entry.hardLinkTo === undefined ? undefined : firsts.get(key(tree, item, entry.hardLinkTo));
    if (first === undefined) firsts.set(key(tree, item, entry.hardLinkTo ?? entry.path), number);
    else links.set(number, first);
  }
  return links;
}
