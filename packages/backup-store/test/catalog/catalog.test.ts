import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { catalogPages, readCatalog } from '../../src/catalog/catalog-reader.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import { isWithin } from '../../src/catalog/path-order.ts';
import {
  catalogOf,
  entries,
  entriesOf,
  entryOf,
  fileOf,
  inOrder,
  type MadeCatalog,
  names,
  paths,
} from '../fixtures/entries.ts';
import { failureOf } from '../fixtures/place.ts';

/** A tree of folders of 100 files each, in order. */
function tree(files: number): Entry[] {
  const list: Entry[] = [entryOf('', { kind: 'directory', mode: 0o755 })];
  for (let i = 0; i < files; i++) {
    const folder = `folder-${String(Math.floor(i / 100)).padStart(5, '0')}`;
    if (i % 100 === 0) list.push(entryOf(folder, { kind: 'directory', mode: 0o755 }));
    list.push(fileOf(`${folder}/file-${String(i % 100).padStart(2, '0')}.txt`, i));
  }
  return list;
}

const large = tree(150_000);
const catalog = catalogOf(large);
const medium = large.slice(0, 40_000);
const before = catalogOf(medium);

/** Pages of one catalog that another has not. */
function newPages(of: MadeCatalog, other: MadeCatalog): Buffer[] {
  return [...of.pages].filter(([digest]) => !other.pages.has(digest)).map(([, page]) => page);
}

describe('catalogs', () => {
  test('any entries in order come back as they were, with every byte of their names', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entries, { maxLength: 60 }), async (list) => {
        const ordered = inOrder(list);
        const made = catalogOf(ordered);
        expect(made.entries).toBe(ordered.length);
        expect((await entriesOf(made)).list).toEqual(ordered);
      }),
    );
  });

  test('an empty catalog is one empty page', async () => {
    const made = catalogOf([]);
    expect(made.pages.size).toBe(1);
    expect(made.top.height).toBe(0);
    expect((await entriesOf(made)).list).toEqual([]);
  });

  test('a hundred and fifty thousand files make three levels of pages and come back', async () => {
    expect(catalog.top.height).toBe(2);
    const { list } = await entriesOf(catalog);
    expect(list.length).toBe(large.length);
    for (let i = 0; i < large.length; i += 777) expect(list[i]).toEqual(large[i]);
    expect(list.every((entry, i) => entry.path.equals((large[i] as Entry).path))).toBe(true);
  });

  test('all pages are told of, top first, and no leaf is read for it', async () => {
    const seen: string[] = [];
    let leaves = 0;
    for await (const page of catalogPages(catalog.top, async ({ sha256, height }) => {
      if (height === 0) leaves++;
      return catalog.pages.get(Buffer.from(sha256).toString('hex')) as Buffer;
    })) {
      seen.push(Buffer.from(page.sha256).toString('hex'));
    }
    expect(new Set(seen)).toEqual(new Set(catalog.pages.keys()));
    expect(seen[0]).toBe(Buffer.from(catalog.top.sha256).toString('hex'));
    expect(leaves).toBe(0);
  });

  test('pages are of a few hundred entries, none is huge', () => {
    const sizes = [...catalog.pages.values()].map((page) => page.length);
    expect(Math.max(...sizes)).toBeLessThan(512 * 1024);
    expect(catalog.pages.size).toBeGreaterThan(large.length / 2000);
    expect(catalog.pages.size).toBeLessThan(large.length / 100);
  });
});

describe('sharing of pages', () => {
  test('the same tree gives the same pages', () => {
    const again = catalogOf(medium);
    expect(again.top).toEqual(before.top);
    expect(again.treeSha256.equals(before.treeSha256)).toBe(true);
    expect(newPages(again, before)).toEqual([]);
  });

  test.each<[string, (list: Entry[], at: number) => void]>([
    [
      'put in',
      (list, at) => list.splice(at, 0, fileOf(Buffer.concat([(list[at - 1] as Entry).path, Buffer.from('~')]), 5)),
    ],
    ['taken out', (list, at) => list.splice(at, 1)],
    ['changed', (list, at) => list.splice(at, 1, { ...(list[at] as Entry), mtimeNs: 5n })],
  ])('an entry %s anywhere makes few pages new', (_, edit) => {
    let [pages, bytes] = [0, 0];
    const positions = [5, 1111, 3333, 6007, 12_345, 22_222, 33_456, 39_900];
    for (const at of positions) {
      const list = medium.slice();
      edit(list, at);
      const fresh = newPages(catalogOf(list), before);
      pages += fresh.length;
      bytes += fresh.reduce((sum, page) => sum + page.length, 0);
    }
    // A leaf or two, and one page of each level above.
    expect(pages / positions.length).toBeLessThanOrEqual(4.5);
    expect(bytes / positions.length).toBeLessThan(150_000);
  });

  test('entries put in before all others move no border behind them', () => {
    const more = Array.from({ length: 3000 }, (_, i) => fileOf(`AAA-${String(i).padStart(5, '0')}`, i));
    const [root, ...rest] = medium as [Entry, ...Entry[]];
    const fresh = newPages(catalogOf([root, ...more, ...rest]), before);
    expect(fresh.length).toBeLessThan(20);
  });

  test('the digest of a tree changes with whatever changes in it', () => {
    const list = tree(300);
    const digests = [list, list.slice(1), list.with(7, { ...(list[7] as Entry), mode: 0o600 })].map((each) =>
      catalogOf(each).treeSha256.toString('hex'),
    );
    expect(new Set(digests).size).toBe(3);
  });
});

describe('reading a part', () => {
  const filtered = (list: readonly Entry[], within: Buffer): string[] =>
    list.filter((entry) => isWithin(entry.path, within)).map((entry) => entry.path.toString('latin1'));

  test('reading within any path equals reading all and filtering', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(entries, { maxLength: 60 }), paths, names, async (list, folder, name) => {
        const ordered = inOrder(list);
        const made = catalogOf(ordered);
        const some = ordered[Math.floor(ordered.length / 2)]?.path ?? folder;
        for (const within of [folder, name, some, Buffer.alloc(0)]) {
          const read = (await entriesOf(made, { within })).list.map((entry) => entry.path.toString('latin1'));
          expect(read).toEqual(filtered(ordered, within));
        }
      }),
    );
  });

  test('of a large catalog only the pages are read that hold something of it', async () => {
    for (const [within, count, pages] of [
      ['folder-00000', 101, 4],
      ['folder-00777', 101, 4],
      ['folder-01499', 101, 4],
      ['folder-01499/file-99.txt', 1, 3],
      ['folder-00500/absent', 0, 3],
      ['absent', 0, 3],
      ['zzz', 0, 3],
    ] as const) {
      const { list, pagesRead } = await entriesOf(catalog, { within: Buffer.from(within) });
      expect(list).toHaveLength(count);
      expect(pagesRead).toBeLessThanOrEqual(pages);
    }
  });

  test('a caller that stops early leaves the rest unread', async () => {
    let pagesRead = 0;
    for await (const leaf of readCatalog(catalog.top, async ({ sha256 }) => {
      pagesRead++;
      return catalog.pages.get(Buffer.from(sha256).toString('hex')) as Buffer;
    })) {
      expect(leaf.length).toBeGreaterThan(0);
      break;
    }
    // The next page of each level is on its way already.
    expect(pagesRead).toBeLessThanOrEqual(5);
  });

  test('a page that can’t be read ends the reading with its error', async () => {
    const lost = [...catalog.pages.keys()].find((digest) => (catalog.pages.get(digest) as Buffer)[0] === 0) as string;
    const reading = async (): Promise<void> => {
      const read = readCatalog(catalog.top, async ({ sha256 }) => {
        const digest = Buffer.from(sha256).toString('hex');
        if (digest === lost) throw new Error('gone');
        return catalog.pages.get(digest) as Buffer;
      });
      for await (const _ of read);
    };
    expect((await failureOf(reading())).message).toBe('gone');
  });
});
