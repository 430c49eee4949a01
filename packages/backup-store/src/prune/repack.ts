import { createHash } from 'node:crypto';

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
import { packIdOf } from './pack-use.ts';

/** A pack ends when it holds this many bytes. */
const PACK_BYTES: number = 32 * 1024 * 1024;

/** Packs that were written. */
export interface Repacked {
  readonly packs: readonly IndexedPack[];
  /** Packs of which something can't be read: they must stay, unless they are given up. */
  readonly unreadable: ReadonlySet<PackId>;
  /** Numbers of the blobs that could not be read. */
  readonly lost: ReadonlySet<number>;
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
  what: { readonly live: Uint8Array; readonly session: string },
): Promise<Repacked> {
  const frames = liveFrames(keeper.view.index, from, what.live);
  const packs: IndexedPack[] = [];
  const lost = new Set<number>();
  for (let next = 0; next < frames.length;) {
    const id = newPackId(keeper.newId);
    const pack = new PackInProgress(keeper, { ...what, lost }, id);
    const name = packName(keeper.tenant.label, what.session, id);
    let taken = 0;
    await keeper.sealed.store.createIfAbsent(
      name,
      pack.body(frames.slice(next), (count) => (taken = count)),
      {
        signal: keeper.signal,
      },
    );
    next += taken;
    keeper.onStep({ doing: 'writing packs again', done: next, total: frames.length });
    packs.push({ session: what.session, id, epoch: PACK_EPOCH, ...pack.finished() });
  }
  const unreadable = new Set([...lost].map((number) => packIdOf(keeper.view.index.packOf(number))));
  return { packs, unreadable, lost };
}

function liveFrames(index: BlobIndex, from: ReadonlySet<PackId>, live: Uint8Array): LiveFrame[] {
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
  readonly #live: Uint8Array;
  readonly #lost: Set<number>;
  readonly #pack: NewPack;
  #finished: ReturnType<NewPack['finish']> | undefined;

  constructor(
    keeper: Keeper,
    what: { readonly live: Uint8Array; readonly session: string; readonly lost: Set<number> },
    id: string,
  ) {
    this.#keeper = keeper;
    this.#live = what.live;
    this.#lost = what.lost;
    this.#pack = keeper.packs.newPack(what.session, id);
  }

  /** Its stored bytes. `taken` is told how many of the frames went into it. */
  async *body(
    frames: readonly LiveFrame[],
    taken: (count: number) => void,
  ): AsyncGenerator<Uint8Array, void, undefined> {
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
    const isDoubtful = this.#keeper.damaged?.has(packIdOf(frame.frame.pack)) === true;
    try {
      const bytes = await this.#keeper.packs.readFrame(frame.frame);
      if (frame.live === frame.blobs.length && !isDoubtful)
        this.#pack.addStored(
          bytes,
          frame.frame,
          frame.blobs.map((number) => this.#blob(number)),
        );
      else this.#copyPart(frame, decodeFrame(frame.frame, bytes, packIdOf(frame.frame.pack)), isDoubtful);
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      for (const number of frame.blobs) if (this.#live[number] === 1) this.#lost.add(number);
    }
  }

  /** Copies the blobs that are needed; of a doubtful frame only those that are what they should be. */
  #copyPart({ blobs }: LiveFrame, raw: Uint8Array, isDoubtful: boolean): void {
    const { index } = this.#keeper.view;
    const parts: Uint8Array[] = [];
    const copied: PackedBlob[] = [];
    for (const number of blobs) {
      if (this.#live[number] !== 1) continue;
      const { offset, length, type } = index.place(number);
      const bytes = raw.subarray(offset, offset + length);
      if (isDoubtful && !this.#isWell(number, type as BlobType, bytes)) {
        this.#lost.add(number);
        continue;
      }
      parts.push(bytes);
      copied.push(this.#blob(number));
    }
    if (copied.length > 0) this.#pack.addFrame(Buffer.concat(parts), copied);
  }

  #isWell(number: number, type: BlobType, bytes: Uint8Array): boolean {
    const id = this.#keeper.packs.idOf(type, createHash('sha256').update(bytes).digest());
    return Buffer.from(id).equals(this.#keeper.view.index.id(number));
  }

  #blob(number: number): PackedBlob {
    const { index } = this.#keeper.view;
    return {
      type: index.place(number).type as BlobType,
      id: Buffer.from(index.id(number)),
      length: index.lengthOf(number),
    };
  }
}
