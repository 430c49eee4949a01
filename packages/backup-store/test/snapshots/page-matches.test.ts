import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IS_THOROUGH } from '../../../../tooling/thoroughness.ts';
import { PageMatches } from '../../src/snapshots/page-matches.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import { catalogOf, entryOf, fileOf, type MadeCatalog } from '../fixtures/entries.ts';

/** A tree of small folders; a thing may have happened to some files. */
function tree(files: number, changed: (file: number) => boolean = () => false): Entry[] {
  const list = [entryOf('', { kind: 'directory' })];
  for (let i = 0; i < files; i++) {
    const folder = `folder-${String(Math.floor(i / 100)).padStart(4, '0')}`;
    if (i % 100 === 0) list.push(entryOf(folder, { kind: 'directory' }));
    list.push(fileOf(`${folder}/file-${String(i % 100).padStart(2, '0')}`, changed(i) ? 5 : 4));
  }
  return list;
}

type Match = (entry: Entry) => string | undefined;
const nameEnds = (end: string): Match => {
  return ({ path, size }) => (path.toString().endsWith(end) ? `${path.toString()} ${size}` : undefined);
};

/** What is found in a catalog, and how many pages were read for it. */
async function found(
  matches: PageMatches<string>,
  catalog: MadeCatalog,
  search: { readonly match: Match; readonly key?: string; readonly within?: Buffer },
): Promise<{ list: string[]; pagesRead: number }> {
  const list: string[] = [];
  let pagesRead = 0;
  const readPage = async ({ sha256 }: { sha256: Uint8Array }): Promise<Buffer> => {
    pagesRead++;
    return catalog.pages.get(Buffer.from(sha256).toString('hex')) as Buffer;
  };
  matches.nextRound();
  for await (const some of matches.in(catalog.top, { key: '', readPage, ...search })) list.push(...some);
  return { list, pagesRead };
}

const expected = (list: readonly Entry[], match: Match): string[] => list.flatMap((entry) => match(entry) ?? []);

test('what is found does not depend on what was found before, nor on how much of it is kept', async () => {
  const base = tree(3000);
  const edits = fc.array(fc.nat(base.length - 2), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(edits, { minLength: 2, maxLength: 6 }),
      fc.constantFrom(0, 3, 60, 100_000),
      async (history, limit) => {
        const matches = new PageMatches<string>(limit);
        for (const changes of history) {
          const list = base.filter((_, i) => !changes.includes(i));
          const match = nameEnds('7');
          expect((await found(matches, catalogOf(list), { match })).list).toEqual(expected(list, match));
        }
      },
    ),
    { numRuns: IS_THOROUGH ? 15 : 5 },
  );
});

test('of ten catalogs of fifty thousand files, a hundredth changed in each, every page is read once', async () => {
  const matches = new PageMatches<string>();
  const match = nameEnds('77');
  const seen = new Set<string>();
  let pagesRead = 0;
  for (let snapshot = 0; snapshot < 10; snapshot++) {
    const list = tree(50_000, (file) => Math.floor(file / 500) === snapshot);
    const catalog = catalogOf(list);
    const result = await found(matches, catalog, { match });
    expect(result.list).toEqual(expected(list, match));
    pagesRead += result.pagesRead;
    for (const digest of catalog.pages.keys()) seen.add(digest);
  }
  expect(pagesRead).toBe(seen.size);
  expect(seen.size).toBeLessThan(1.5 * catalogOf(tree(50_000)).pages.size);
});

test('a catalog that was searched is not read again, for the same key alone', async () => {
  const catalog = catalogOf(tree(3000));
  const matches = new PageMatches<string>();
  const match = nameEnds('folder-0003');
  expect((await found(matches, catalog, { match })).pagesRead).toBe(catalog.pages.size);
  expect((await found(matches, catalog, { match })).pagesRead).toBe(0);
  expect((await found(matches, catalog, { match, key: 'elsewhere' })).pagesRead).toBe(catalog.pages.size);
});

test('pages that are no longer of use make room for others', async () => {
  const match = nameEnds('7');
  const [old, now] = [tree(5000), tree(5000, () => true)].map((list) => catalogOf(list)) as [MadeCatalog, MadeCatalog];
  // Room for one of them.
  const matches = new PageMatches<string>(1600);
  await found(matches, old, { match });
  expect((await found(matches, old, { match })).pagesRead).toBe(0);
  await found(matches, now, { match });
  await found(matches, now, { match });
  await found(matches, now, { match });
  expect((await found(matches, now, { match })).pagesRead).toBe(0);
});

test('where all entries match, what is kept stays within its bounds, and all are found', async () => {
  const list = tree(30_000);
  const catalog = catalogOf(list);
  const matches = new PageMatches<string>(5000);
  const match: Match = ({ path }) => path.toString();
  for (let round = 0; round < 3; round++) {
    const result = await found(matches, catalog, { match });
    expect(result.list).toEqual(expected(list, match));
    // What is kept of the first round is of use in the others.
    if (round > 0) expect(result.pagesRead).toBeLessThan(catalog.pages.size);
    expect(result.pagesRead).toBeGreaterThan(catalog.pages.size / 2);
  }
});

test('of a catalog in which only one folder can match, only its pages are read', async () => {
  const list = tree(50_000);
  const within = Buffer.from('folder-0123');
  const match: Match = ({ path }) => (path.toString().startsWith('folder-0123/') ? path.toString() : undefined);
  const result = await found(new PageMatches<string>(), catalogOf(list), { match, within });
  expect(result.list).toHaveLength(100);
  expect(result.pagesRead).toBeLessThanOrEqual(4);
});
