import { openMember } from '../inspect/folder/member-reader.ts';
import type { WalkedMember } from '../inspect/folder/walk-folder.ts';
import { type ByteSource, demandWithin } from '../inspect/source/byte-source.ts';
import type { OpenFile } from '../inspect/source/file-source.ts';
import { tensorCuts } from './cuts.ts';

/** The files of a folder as one source, one after the other, of which one is open at a time. */
export class FolderSource implements ByteSource, AsyncDisposable {
  readonly size: number;
  readonly #root: string;
  readonly #members: readonly WalkedMember[];
  readonly #starts: readonly number[];
  #open: { readonly index: number; readonly file: Promise<OpenFile> } | undefined;
  /** Readings one after the other: the next may need another file. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(root: string, members: readonly WalkedMember[]) {
    this.#root = root;
    this.#members = members;
    let size = 0;
    this.#starts = members.map((member) => {
      const start = size;
      size += member.size;
      return start;
    });
    this.size = size;
  }

  /** Where files and their tensors begin. */
  get cuts(): readonly number[] {
    const all = this.#members.flatMap((member, index) => {
      const start = this.#starts[index] ?? 0;
      return [start, ...tensorCuts(member).map((cut) => start + cut)];
    });
    return [...new Set(all)].filter((cut) => cut > 0 && cut < this.size);
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    demandWithin(this.size, offset, length);
    const reading = this.#turn.then(async () => await this.#read(offset, length));
    this.#turn = reading.catch(() => undefined);
    return await reading;
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = Buffer.allocUnsafe(length);
    for (let done = 0; done < length;) {
      const index = this.#at(offset + done);
      const { size = 0 } = this.#members[index] ?? {};
      const from = offset + done - (this.#starts[index] ?? 0);
      const count = Math.min(length - done, size - from);
      const { source } = await this.#file(index);
      bytes.set(await source.read(from, count), done);
      done += count;
    }
    return bytes;
  }

  /** The file that a place is in: the last that begins there or before, and is not empty. */
  #at(place: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  async #file(index: number): Promise<OpenFile> {
    if (this.#open?.index !== index) {
      await this[Symbol.asyncDispose]();
      this.#open = { index, file: openMember(this.#root, this.#members[index] as WalkedMember) };
    }
    return await this.#open.file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    const file = await open?.file.catch(() => undefined);
    await file?.[Symbol.asyncDispose]();
  }
}
