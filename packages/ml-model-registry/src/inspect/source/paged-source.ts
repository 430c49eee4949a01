import { type ByteSource, demandWithin } from './byte-source.ts';

/** Bytes of a page, and pages that are kept. */
const PAGE = 32 * 1024;
const KEPT = 64;

/** A source that keeps the pages read last, for walks that jump to and fro between small structures. Large reads go past it. */
export function pagedSource(source: ByteSource): ByteSource {
  const pages = new Map<number, Promise<Uint8Array>>();
  const page = (number: number): Promise<Uint8Array> => {
    const found = pages.get(number) ?? source.read(number * PAGE, Math.min(PAGE, source.size - number * PAGE));
    // The one that was used last comes last.
    pages.delete(number);
    pages.set(number, found);
    const [oldest] = pages.keys();
    if (pages.size > KEPT && oldest !== undefined) pages.delete(oldest);
    return found;
  };
  const range = source.range?.bind(source);
  return {
    size: source.size,
    ...(range === undefined ? {} : { range }),
    async read(offset, length) {
      demandWithin(source.size, offset, length);
      const first = Math.floor(offset / PAGE);
      const start = offset - first * PAGE;
      if (start + length > PAGE) return source.read(offset, length);
      return (await page(first)).subarray(start, start + length);
    },
  };
}
