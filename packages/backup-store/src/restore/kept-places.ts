import { isWithin } from '../catalog/path-order.ts';
import { joinPath } from '../run/display-path.ts';
import { realPath } from '../run/own-places.ts';

/** Tells what must stay in a tree whatever a restore was asked for: the repository it reads from, and the caches. */
export class KeptPlaces {
  readonly #root: Buffer;
  readonly #places: readonly Buffer[];

  /** @param root Of the tree, absolute. @param places Absolute. */
  constructor(root: Uint8Array, places: readonly Uint8Array[]) {
    this.#root = realPath(root);
    this.#places = places.map((place) => realPath(place));
  }

  /** Whether what is at this path of the tree is such a place, leads to one or is in one. */
  touch(path: Uint8Array): boolean {
    const absolute = joinPath(this.#root, path);
    return this.#places.some((place) => isWithin(place, absolute) || isWithin(absolute, place));
  }
}
