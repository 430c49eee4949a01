import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BookingError } from './booking-error.ts';

const NAME = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** Pictures and documents of a hotel: files of one folder. */
export class Assets {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  #path(name: string): string {
    if (!NAME.test(name)) throw new BookingError('INVALID_REQUEST', `Expected a name such as lobby.jpg, got ${name}`);
    return join(this.folder, name);
  }

  async list(): Promise<readonly string[]> {
    return (await readdir(this.folder).catch(() => [])).filter((name) => NAME.test(name)).toSorted();
  }

  async read(name: string): Promise<Buffer> {
    const path = this.#path(name);
    try {
      return await readFile(path);
    } catch (error) {
      throw new BookingError('ASSET_NOT_FOUND', `Expected an asset, got ${name}: ${(error as Error).message}`);
    }
  }

  /** Never half a file under its name. */
  async write(name: string, content: Uint8Array): Promise<void> {
    const path = this.#path(name);
    await mkdir(this.folder, { recursive: true });
    await writeFile(`${path}~`, content);
    await rename(`${path}~`, path);
  }
}
