import { expect, test } from 'vitest';
import { PreviousCursor } from '../../src/backup/previous-cursor.ts';
import { diffCatalogs, type ReadableCatalog } from '../../src/catalog/catalog-diff.ts';
import { readCatalog } from '../../src/catalog/catalog-reader.ts';
import type { Entry } from '../../src/catalog/entry.ts';
import { PageMatches } from '../../src/snapshots/page-matches.ts';
import { ScanCache } from '../../src/source/scan-cache.ts';
import { catalogOf, entryOf, fileOf, type MadeCatalog } from '../fixtures/entries.ts';
import { collectObjects } from '../fixtures/garbage.ts';

function* files(count: number, size: number): Generator<Entry> {
  yield entryOf('', { kind: 'directory' });
  for (let i = 0; i < count; i++) yield fileOf(`file-${String(i).padStart(7, '0')}`, size);
}

/** Pages that are handed out, and how many of them anybody still holds. */
class HandedOut {
  readonly #pages: WeakRef<ArrayBuffer>[] = [];
  most = 0;
  #looks = 0;

  get count(): number {
    return this.#pages.length;
  }

  of({ top, pages }: MadeCatalog): ReadableCatalog {
    const readPage: ReadableCatalog['readPage'] = async ({ sha256 }) => {
      const memory = Uint8Array.from(pages.get(Buffer.from(sha256).toString('hex')) as Buffer);
      this.#pages.push(new WeakRef(memory.buffer));
      return memory;
    };
    return { top, readPage };
  }

  /** Counts what is held, now and then. */
  async look(): Promise<void> {
    if (this.#looks++ % 8 !== 0) return;
    await collectObjects();
    this.most = Math.max(this.most, this.#pages.filter((page) => page.deref() !== undefined).length);
  }
}

type Walk = (held: HandedOut, before: MadeCatalog, after: MadeCatalog) => Promise<void>;

const walks: [string, Walk][] = [
  [
    'listing',
    async (held, catalog) => {
      const { top, readPage } = held.of(catalog);
      for await (const _ of readCatalog(top, readPage)) await held.look();
    },
  ],
  [
    'finding',
    async (held, catalog) => {
      const { top, readPage } = held.of(catalog);
      const match = ({ path }: Entry): string | undefined => (path.includes('77') ? path.toString() : undefined);
      for await (const _ of new PageMatches<string>().in(top, { key: '', readPage, match })) await held.look();
    },
  ],
  [
    'comparing with another, of which every page is different,',
    async (held, before, after) => {
      for await (const _ of diffCatalogs(held.of(before), held.of(after))) await held.look();
    },
  ],
  [
    'comparing with what a scan finds',
    async (held, catalog) => {
      const { top, readPage } = held.of(catalog);
      const cursor = new PreviousCursor(readCatalog(top, readPage), ScanCache.empty);
      for (const { path } of files(catalog.entries - 1, 1)) {
        if (cursor.needsMore()) {
          await cursor.more();
          await held.look();
        }
        if (typeof cursor.seek(path) === 'string') throw new Error(`${path.toString()} was not found`);
      }
    },
  ],
];

/** Two catalogs of so many files, of which every entry is different. */
const catalogs = [8000, 40_000].map(
  (count) => [count, catalogOf(files(count, 1)), catalogOf(files(count, 2))] as const,
);

test.each(walks)('%s holds the same few pages at a time, however many files there are', async (_, walk) => {
  const most: number[] = [];
  for (const [count, before, after] of catalogs) {
    const held = new HandedOut();
    await walk(held, before, after);
    expect(held.count).toBeGreaterThan(count / 1500);
    most.push(held.most);
  }
  // Of each catalog: one page of each level, and the next one of each.
  for (const held of most) expect(held).toBeLessThanOrEqual(12);
});
