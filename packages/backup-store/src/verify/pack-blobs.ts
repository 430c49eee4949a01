import { packName } from '../layout/names.ts';
import type { OpenTenant } from '../run/context.ts';
import type { BlobCheck } from './check-job.ts';

/** Which blobs are in which pack: those of a pack follow each other in the index, where the pack may stand twice. */
export class PackBlobs {
  readonly #open: OpenTenant;
  readonly #ranges = new Map<string, { start: number; end: number }[]>();

  constructor(open: OpenTenant) {
    const { index } = open.view;
    this.#open = open;
    for (let start = 0, end = 0; start < index.blobs; start = end) {
      const pack = index.packOf(start);
      while (end < index.blobs && index.packOf(end) === pack) end++;
      const name = packName(open.tenant.label, pack.session, pack.id);
      this.#ranges.set(name, [...(this.#ranges.get(name) ?? []), { start, end }]);
    }
  }

  /** Numbers of a pack's blobs. */
  *numbers(name: string): Generator<number, void, undefined> {
    for (const { start, end } of this.#ranges.get(name) ?? [])
      for (let number = start; number < end; number++) yield number;
  }

  /** A pack's blobs (those that are needed) by the number of their frame. */
  byFrame(name: string, needed?: ReadonlySet<number>): Map<number, BlobCheck[]> {
    const { index } = this.#open.view;
    const frames = new Map<number, BlobCheck[]>();
    for (const number of this.numbers(name)) {
      if (needed !== undefined && !needed.has(number)) continue;
      const { frame, offset, length, type } = index.place(number);
      const check = { number, type, id: index.id(number), offset, length };
      const list = frames.get(frame.number);
      if (list === undefined) frames.set(frame.number, [check]);
      else list.push(check);
    }
    return frames;
  }
}
