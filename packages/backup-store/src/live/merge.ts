import { comparePaths } from '../catalog/path-order.ts';

/** What two rows have at one path. */
export interface Merged<A, B> {
  readonly before?: A | undefined;
  readonly after?: B | undefined;
}

interface HasPath {
  readonly path: Uint8Array;
}

/** Walks two rows of entries in catalog order side by side. */
export async function* mergeByPath<A extends HasPath, B extends HasPath>(
  before: AsyncGenerator<A, void, undefined>,
  after: AsyncGenerator<B, void, undefined>,
): AsyncGenerator<Merged<A, B>, void, undefined> {
  try {
    let [a, b] = [await before.next(), await after.next()];
    while (a.done !== true || b.done !== true) {
      const order = a.done === true ? 1 : b.done === true ? -1 : comparePaths(a.value.path, b.value.path);
      yield {
        before: order <= 0 && a.done !== true ? a.value : undefined,
        after: order >= 0 && b.done !== true ? b.value : undefined,
      };
      if (order <= 0) a = await before.next();
      if (order >= 0) b = await after.next();
    }
  } finally {
    await before.return(undefined);
    await after.return(undefined);
  }
}
