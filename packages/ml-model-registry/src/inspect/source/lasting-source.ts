import { type ByteSource, demandWithin } from './byte-source.ts';
import { openFile, type OpenFile } from './file-source.ts';
import { streamOf, streamOfFile } from './stream-of.ts';

/** A file that can be read after it was closed: it is opened for each reading then. For numbers that somebody may want later. */
export class LastingSource implements ByteSource {
  readonly size: number;
  readonly #path: string;
  #file: OpenFile | undefined;

  constructor(path: string, file: OpenFile) {
    this.#path = path;
    this.#file = file;
    this.size = file.source.size;
  }

  /** From here on the file is opened anew. Closing it is for who has opened it. */
  release(): void {
    this.#file = undefined;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    demandWithin(this.size, offset, length);
    if (this.#file !== undefined) return await this.#file.source.read(offset, length);
    await using file = await openFile(this.#path);
    return await file.source.read(offset, length);
  }

  range(offset: number, length: number): AsyncIterable<Uint8Array> {
    return this.#file === undefined
      ? streamOfFile(this.#path, offset, length)
      : streamOf(this.#file.source, offset, length);
  }
}
