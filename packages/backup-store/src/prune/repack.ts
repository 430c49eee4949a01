import type { BlobIndex, FramePlace } from '../blob-index/blob-index.ts';
import type { IndexedPack } from '../blob-index/segment.ts';
import { decodeFrame } from '../codec/codec.ts';
import { BackupError } from '../errors.ts';
import { newPackId, packName } from '../layout/names.ts';
import type { BlobType, PackedBlob } from '../pack/directory.ts';
import { PACK_EPOCH } from '../pack/pack-directories.ts';
import { checkAborted } from '../run/abort.ts';
import type { PackId } from '../session/epoch-records.ts';
import type { Keeper, NewPack } from './keeper.ts';
import type { LiveBlobs } from './live-blobs.ts';
import { packIdOf } from './pack-use.ts';

/** A pack ends when it holds this many bytes. */
const PACK_BYTES: number = 32 * 1024 * 1024;

/** Packs that were written. */
export interface Repacked {
  readonly packs: readonly IndexedPack[];
  /** Packs of which something can't be read: they must stay. */
  readonly unreadable: ReadonlySet<PackId>;
}

interface LiveFrame {
  readonly frame: FramePlace;
  /** Numbers of all its blobs. */
  readonly blobs: number[];
  live: number;
}

/** Writes what snapshots need of some packs to new packs, under a session id that nobody else has. */
export async function repack(
  keeper: Keeper,
  from: ReadonlySet<PackId>,
  what: { readonly live: LiveBlobs; readonly session: string },
): Promise<Repacked> {
  const frames = liveFrames(keeper.view.index, from, what.live);
  const packs: IndexedPack[] = [];
  const unreadable = new Set<PackId>();
  for (let next = 0; next < frames.length;) {
    const id = newPackId(keeper.newId);
    const pack = new PackInProgress(keeper, { ...what, unreadable }, id);
    const name = packName(keeper.tenant.label, what.session, id);
    let taken = 0;
    await keeper.sealed.store.createIfAbsent(name, pack.body(frames.slice(next), (count) => (taken = count)), {
      signal: keeper.signal,
    });
    next += taken;
    keeper.onStep({ doing: 'writing packs again', done: next, total: frames.length });
    packs.push({ session: what.session, id, epoch: PACK_EPOCH, ...pack.finished() });
  }
  return { packs, unreadable };
}

function liveFrames(index: BlobIndex, from: ReadonlySet<PackId>, live: LiveBlobs): LiveFrame[] {
  const frames = new Map<number, LiveFrame>();
  for (let number = 0; number < live.length; number++) {
    if (!from.has(packIdOf(index.packOf(number)))) continue;
    const place = index.frameOf(number);
    let frame = frames.get(place);
    if (frame === undefined) frames.set(place, (frame = { frame: index.frame(place), blobs: [], live: 0 }));
    frame.blobs.push(number);
    frame.live += live[number] as number;
  }
  return [...frames.values()].filter((frame) => frame.live > 0);
}

/** One pack while its frames are copied. */
class PackInProgress {
  readonly #keeper: Keeper;
  readonly #live: LiveBlobs;
  readonly #unreadable: Set<PackId>;
  readonly #pack: NewPack;
  #finished: ReturnType<NewPack['finish']> | undefined;

  constructor(
    keeper: Keeper,
    what: { readonly live: LiveBlobs; readonly session: string; readonly unreadable: Set<PackId> },
    id: string,
  ) {
    this.#keeper = keeper;
    this.#live = what.live;
    this.#unreadable = what.unreadable;
    this.#pack = keeper.packs.newPack(what.session, id);
  }

  /** Its stored bytes. `taken` is told how many of the frames went into it. */
  async *body(frames: readonly LiveFrame[], taken: (count: number) => void): AsyncGenerator<Uint8Array, void, undefined> {
    let count = 0;
    for (const frame of frames) {
      checkAborted(this.#keeper.signal);
      await this.#copy(frame);
      count++;
      yield* this.#pack.take();
      if (this.#pack.content >= PACK_BYTES) break;
    }
    this.#finished = this.#pack.finish();
    taken(count);
    yield* this.#pack.take();
  }

  finished(): ReturnType<NewPack['finish']> {
    return this.#finished as ReturnType<NewPack['finish']>;
  }

  /** A frame that can't be read stays where it is: a part of it may be mended some day. */
  async #copy(frame: LiveFrame): Promise<void> {
    try {
      await this.#copyReadable(frame);
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      this.#unreadable.add(packIdOf(frame.frame.pack));
    }
  }

  async #copyReadable({ frame, blobs, live }: LiveFrame): Promise<void> {
    const { index } = this.#keeper.view;
    const bytes = await this.#keeper.packs.readFrame(frame);
    const blobOf = (number: number): PackedBlob => ({
      type: index.place(number).type as BlobType,
      id: Buffer.from(index.id(number)),
      length: index.lengthOf(number),
    });
    if (live === blobs.length) {
      this.#pack.addStored(bytes, frame, blobs.map(blobOf));
      return;
    }
    const raw = decodeFrame(frame, bytes, packIdOf(frame.pack));
    const wanted = blobs.filter((number) => this.#live[number] === 1);
    const parts = wanted.map((number) => {
      const { offset, length } = index.place(number);
      return raw.subarray(offset, offset + length);
    });
    this.#pack.addFrame(Buffer.concat(parts), wanted.map(blobOf));
  }
}
