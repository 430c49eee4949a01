import { ledger, listAll, type ObjectStore, readObject } from '@x/storage';
import { checksBetween, DAY_MS, dayOf, dayStart, pagesOfDays } from './day-pages.ts';
import { type HealthPage, MAX_PAGE_BYTES, readPage, writePage } from './page.ts';
import type { Standing } from './standing.ts';

/**
 * What was seen, as a ledger of a store: `marks/NUMBER` has what is new, and `days/DAY/NUMBER` the days before, so that a quarter is some ninety objects. Pages that
 * overlap do no harm: a day may be written twice when a process dies between writing and removing.
 */
export interface HealthBook {
  append(page: HealthPage): Promise<void>;
  /** Pages that may say something of the time from a moment on. */
  pages(fromMs: number): Promise<readonly HealthPage[]>;
  /** Where checks stood last, whoever has looked. */
  standings(): Promise<ReadonlyMap<string, Standing>>;
  /** Makes days of what is older than today, and forgets days before a moment. */
  tidy(nowMs: number, keepMs: number): Promise<void>;
}

/** Entries that are looked at, backwards, for where checks stood. */
const LOOKED_AT = 5;
/** A day is written so long after its end: others may still add to it, and their clocks may differ. */
const AFTER_MS = 3_600_000;
const NUMBER = 12;

/** Opens the history that is kept in a store. Nothing is read yet. */
export function healthBook(store: ObjectStore): HealthBook {
  const marks = ledger(store, 'marks', { maxBytes: MAX_PAGE_BYTES });
  const numbered = async (): Promise<{ readonly n: number; readonly page: HealthPage | undefined }[]> => {
    const found = [];
    for await (const { n, body } of marks.entries()) found.push({ n, page: readPage(body) });
    return found;
  };
  return {
    append: async (page) => {
      await marks.append(writePage(page));
    },
    async pages(fromMs) {
      const found: HealthPage[] = [];
      for await (const { key } of listAll(store, 'days/')) {
        if ((key.split('/')[1] ?? '') < dayOf(fromMs)) continue;
        const page = readPage(await readObject(store, key, { maxBytes: MAX_PAGE_BYTES }));
        if (page !== undefined) found.push(page);
      }
      for (const { page } of await numbered()) if (page !== undefined) found.push(page);
      return found;
    },
    async standings() {
      const found = new Map<string, Standing>();
      const last = (await marks.latest())?.n ?? 0;
      for await (const { body } of marks.entries({ from: Math.max(1, last - LOOKED_AT + 1) }))
        for (const { name, standing } of readPage(body)?.checks ?? [])
          if (standing !== undefined) found.set(name, standing);
      return found;
    },
    async tidy(nowMs, keepMs) {
      const untilMs = dayStart(nowMs - AFTER_MS);
      const entries = await numbered();
      const last = entries.at(-1)?.n;
      // The last one stays, so that numbers go on from it.
      const old = entries.filter(({ n, page }) => n !== last && (page === undefined || page.atMs < untilMs));
      if (old.length > 0) {
        const pages = entries.flatMap(({ page }) => page ?? []);
        const name = String(old.at(-1)?.n ?? 0).padStart(NUMBER, '0');
        for (const page of pagesOfDays(pages, untilMs)) await writeDay(store, page, name);
        for (const { n } of old) await store.delete(marks.key(n));
      }
      const oldest = dayOf(nowMs - keepMs);
      for await (const { key } of listAll(store, 'days/')) {
        if ((key.split('/')[1] ?? '') >= oldest) return;
        await store.delete(key);
      }
    },
  };
}

/** Writes a day, with what is there of it already; nothing when that says all. */
async function writeDay(store: ObjectStore, page: HealthPage, name: string): Promise<void> {
  const folder = `days/${dayOf(page.atMs)}/`;
  const keys: string[] = [];
  const there: HealthPage[] = [];
  for await (const { key } of listAll(store, folder)) {
    const found = readPage(await readObject(store, key, { maxBytes: MAX_PAGE_BYTES }));
    if (found === undefined) continue;
    keys.push(key);
    there.push(found);
  }
  const of = (pages: readonly HealthPage[]): HealthPage['checks'] =>
    checksBetween(pages, page.atMs, page.atMs + DAY_MS);
  const merged = of([...there, page]);
  if (there.length > 0 && JSON.stringify(merged) === JSON.stringify(of(there))) return;
  const { created } = await store.createIfAbsent(folder + name, writePage({ atMs: page.atMs, checks: merged }));
  // What is in the new one is not needed twice.
  if (created) for (const key of keys) await store.delete(key);
}
