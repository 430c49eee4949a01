import { type ChainEntry, type ChainSegment, createChain } from '../../src/index.ts';

export const origin = 'example.com/audit';

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** What a log stores of each entry. */
export type Stored = 'hash' | 'previous' | 'all';

/** Entries `entry 0`, `entry 1`, … with what a log stored beside them. */
export function entriesOf(count: number, stored: Stored = 'all', text = 'entry'): ChainEntry[] {
  const chain = createChain(origin);
  return Array.from({ length: count }, (_, index) => {
    const bytes = bytesOf(`${text} ${index}`);
    const link = chain.append(bytes);
    if (stored === 'all') return { bytes, ...link };
    return stored === 'hash' ? { bytes, hash: link.hash } : { bytes, previous: link.previous };
  });
}

/** Cuts entries into segments that begin at the given numbers, the first at 0. */
export function segmentsOf(entries: readonly ChainEntry[], starts: readonly number[] = []): ChainSegment[] {
  const chain = createChain(origin);
  return [0, ...starts].map((first, index) => {
    const part = entries.slice(first, starts[index] ?? entries.length);
    const header = chain.header();
    for (const { bytes } of part) chain.append(bytes);
    return { header, entries: part };
  });
}
