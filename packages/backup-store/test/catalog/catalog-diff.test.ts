import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { diffCatalogs, type EntryPair } from '../../src/catalog/catalog-diff.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import { comparePaths } from '../../src/catalog/path-order.ts';
import { catalogOf, entries, entryOf, fileOf, inOrder, type MadeCatalog } from '../fixtures/entries.ts';
import { failureOf } from '../fixtures/place.ts';

const ROOT = entryOf('', { kind: 'directory' });

/** A tree of small folders, in order. */
function tree(files: number, folder = 'folder'): Entry[] {
  const list = [ROOT];
  for (let i = 0; i < files; i++) {
    const name = `${folder}-${String(Math.floor(i / 40)).padStart(4, '0')}`;
    if (i % 40 === 0) list.push(entryOf(name, { kind: 'directory' }));
    list.push(fileOf(`${name}/${String(i % 40).padStart(2, '0')}`, i));
  }
  return list;
}

/** Pairs that are not the same, and how many pages were read for them. */
async function differences(
  before: MadeCatalog | undefined,
  after: MadeCatalog | undefined,
): Promise<{ pairs: EntryPair[]; pagesRead: number; mostPairs: number }> {
  const pairs: EntryPair[] = [];
  let [pagesRead, mostPairs] = [0, 0];
  const readable = (catalog: MadeCatalog | undefined) =>
    catalog && {
      top: catalog.top,
      readPage: async ({ sha256 }: { sha256: Uint8Array }) => {
        pagesRead++;
        return catalog.pages.get(Buffer.from(sha256).toString('hex')) as Buffer;
      },
    };
  for await (const some of diffCatalogs(readable(before), readable(after))) {
    mostPairs = Math.max(mostPairs, some.length);
    pairs.push(...some.filter((pair) => !isSame(pair)));
  }
  return { pairs, pagesRead, mostPairs };
}

/** What is equal for equal values. By itself JSON has a number for each byte, which takes most of the time of these tests. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value).map(([key, each]) => [key, plain(each)]);
}

const factsOf = (entry: Entry | undefined): string => JSON.stringify(plain(entry) ?? null);
const isSame = ({ before, after }: EntryPair): boolean => factsOf(before) === factsOf(after);

/** The same by looking at everything. */
function allDifferences(before: readonly Entry[], after: readonly Entry[]): EntryPair[] {
  const [old, now] = [before, after].map((list) => new Map(list.map((entry) => [entry.path.toString('hex'), entry])));
  const paths = inOrder([...before, ...after]).map(({ path }) => path.toString('hex'));
  return paths.map((path) => ({ before: old?.get(path), after: now?.get(path) })).filter((pair) => !isSame(pair));
}

async function expectAll(before: readonly Entry[], after: readonly Entry[]): Promise<void> {
  await expectAllOf([before, catalogOf(before)], [after, catalogOf(after)]);
}
async function expectAllOf(before: Listed, after: Listed): Promise<void> {
  const { pairs } = await differences(before[1], after[1]);
  expect(pairs.map(factsOfPair)).toEqual(allDifferences(before[0], after[0]).map(factsOfPair));
}
/** Entries, and the catalog of them, which takes longer to make than to compare. */
type Listed = readonly [list: readonly Entry[], catalog: MadeCatalog];
const factsOfPair = ({ before, after }: EntryPair): string => `${factsOf(before)} ${factsOf(after)}`;

const edit = fc.record({
  what: fc.constantFrom('insert', 'remove', 'change', 'move' as const),
  at: fc.double({ min: 0, max: 0.999, noNaN: true }),
  count: fc.constantFrom(1, 3, 70, 900),
});

/** The list after some runs of entries were put in, taken out, changed, or put in under other names. */
function edited(list: readonly Entry[], edits: readonly { what: string; at: number; count: number }[]): Entry[] {
  const result = list.slice();
  for (const [number, { what, at, count }] of edits.entries()) {
    const start = Math.floor(at * result.length);
    const some = result.slice(start, start + count);
    const renamed = some.map((entry) => ({ ...entry, path: Buffer.concat([entry.path, Buffer.from(`.${number}`)]) }));
    if (what === 'remove' || what === 'move') result.splice(start, count);
    if (what === 'insert' || what === 'move') result.push(...renamed);
    if (what === 'change')
      result.splice(start, some.length, ...some.map((entry) => ({ ...entry, mtimeNs: BigInt(number) })));
  }
  return inOrder(result);
}

describe('differences by pages', () => {
  const base = [tree(3000), catalogOf(tree(3000))] as const;

  test('are those that a look at everything finds, whatever was edited in a tree', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { maxLength: 5 }), async (edits) => {
        const list = edited(base[0], edits);
        const now = [list, catalogOf(list)] as const;
        await expectAllOf(base, now);
        await expectAllOf(now, base);
      }),
      { numRuns: IS_THOROUGH ? 20 : 10 },
    );
  });

  test('are those that a look at everything finds, in small trees of anything', async () => {
    const list = fc.array(entries, { maxLength: 30 }).map(inOrder);
    await fc.assert(fc.asyncProperty(list, list, async (before, after) => await expectAll(before, after)));
  });

  test('of trees of different heights, of an empty one, and of none are all there is', async () => {
    for (const [before, after] of [
      [tree(100), tree(12_000)],
      [tree(9000), tree(9000, 'g')],
      [[], tree(3000)],
      [tree(3000), []],
      [[], []],
    ] as const) {
      await expectAll(before, after);
    }
    const only = tree(3000);
    expect((await differences(undefined, catalogOf(only))).pairs.map(({ after }) => after)).toEqual(only);
    expect((await differences(catalogOf(only), undefined)).pairs.map(({ before }) => before)).toEqual(only);
  });
});

describe('the cost of differences', () => {
  const files = tree(50_000);
  const before = catalogOf(files);

  test('equal catalogs are not read at all', async () => {
    expect(await differences(before, catalogOf(files))).toEqual({ pairs: [], pagesRead: 0, mostPairs: 0 });
  });

  test.each<[string, (list: Entry[], at: number) => unknown, number]>([
    ['changed', (list, at) => list.splice(at, 1, { ...(list[at] as Entry), mtimeNs: 5n }), 6],
    ['taken out', (list, at) => list.splice(at, 1), 9],
    [
      'put in',
      (list, at) => list.splice(at, 0, fileOf(Buffer.concat([(list[at - 1] as Entry).path, Buffer.from('~')]), 5)),
      9,
    ],
  ])('one file %s among fifty thousand is found with a handful of pages', async (_, change, most) => {
    let sum = 0;
    // Each costs a catalog of all of them.
    const places = IS_THOROUGH ? [100, 1234, 7777, 20_000, 33_333, 49_000] : [100, 20_000, 49_000];
    for (const at of places) {
      const list = files.slice();
      change(list, at);
      const { pairs, pagesRead } = await differences(before, catalogOf(list));
      expect(pairs).toHaveLength(1);
      sum += pagesRead;
    }
    expect(sum / places.length).toBeLessThanOrEqual(most);
  });

  test('a folder put in before all others costs its own pages', async () => {
    const more = tree(2000, 'AAA').slice(1);
    const now = catalogOf([ROOT, ...more, ...files.slice(1)]);
    const { pairs, pagesRead } = await differences(before, now);
    expect(pairs).toHaveLength(more.length);
    expect(pagesRead).toBeLessThan(25);
  });

  test('no more pairs are held at a time than a page of each has entries', async () => {
    const { mostPairs } = await differences(before, catalogOf(tree(50_000, 'g')));
    expect(mostPairs).toBeLessThanOrEqual(2 * 4096);
  });
});

describe('damaged catalogs', () => {
  const list = tree(6000);
  const [before, after] = [catalogOf(list), catalogOf(edited(list, [{ what: 'change', at: 0.5, count: 3000 }]))];

  test('a page that can’t be read ends the walk with its error', async () => {
    const pages = new Map([...after.pages].filter(([digest, page]) => page[0] !== 0 || before.pages.has(digest)));
    expect(await failureOf(differences(before, { ...after, pages }))).toBeInstanceOf(TypeError);
  });

  test('pages out of order are refused', async () => {
    const reversed = list.toSorted((a, b) => -comparePaths(a.path, b.path));
    const unordered = catalogOf(reversed);
    expect(await failureOf(differences(before, unordered))).toMatchObject({ code: 'OBJECT_INVALID' });
  });
});
