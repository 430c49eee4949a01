import { stat } from 'node:fs/promises';

/** What became of the folders at some paths since somebody looked last. */
export interface PlaceChanges {
  /** Paths at which there is another folder now, or one again. */
  readonly replaced: readonly string[];
  /** Paths at which there is none any more. */
  readonly gone: readonly string[];
}

/** Remembers which folder is at each path: the system tells of changes in a folder, wherever it was moved, and not of another one in its place. */
export class FolderPlaces {
  readonly #known = new Map<string, string | undefined>();

  async look(paths: readonly string[]): Promise<PlaceChanges> {
    const replaced: string[] = [];
    const gone: string[] = [];
    for (const path of paths) {
      const found = await identityOf(path);
      if (this.#known.has(path) && found !== this.#known.get(path)) (found === undefined ? gone : replaced).push(path);
      this.#known.set(path, found);
    }
    return { replaced, gone };
  }
}

/** Numbers of removed folders are given to new ones: when it was made tells them apart. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return found.isDirectory() ? `${found.dev}:${found.ino}:${found.birthtimeNs}` : undefined;
  } catch {
    return undefined;
  }
}
