import { fromHex, toHex } from '../encoding.ts';
import { IntegrityError } from '../errors.ts';
import { checkHash, isHash } from '../merkle/hashing.ts';
import { checkPosition, isSize } from '../merkle/position.ts';
import { CHAIN_FORMAT, checkOrigin } from './link.ts';

/**
 * One entry as it was read back, with what is stored about its place. What is given is checked, and at least one of
 * `previous` and `hash` must be there: a log stores either.
 */
export interface ChainEntry {
  /** The raw bytes that the chain was made over, such as a line of NDJSON without its line end. */
  readonly bytes: Uint8Array;
  /** The number that is stored with the entry, from 0. */
  readonly number?: number | undefined;
  /** The link hash of the entry before, that is stored with or within this entry. */
  readonly previous?: Uint8Array | undefined;
  /** The entry's own link hash, that is stored beside it. */
  readonly hash?: Uint8Array | undefined;
}

/** What stands at the beginning of a segment (usually a file). */
export interface SegmentHeader {
  readonly origin: string;
  /** Number of the segment's first entry, from 0. */
  readonly first: number;
  /** Link hash of the entry before it: 32 bytes. */
  readonly previous: Uint8Array;
}

/** A part of a chain, as it was read back. */
export interface ChainSegment {
  readonly header: SegmentHeader;
  readonly entries: AsyncIterable<ChainEntry> | Iterable<ChainEntry>;
}

/**
 * Writes a segment's header as one line of JSON, without a line end. A log may store the three values in any other way.
 *
 * @throws {IntegrityError} `INVALID_ORIGIN`, `INVALID_HASH`, `INVALID_TREE_POSITION` for a number that is none.
 * @example
 * ```ts
 * import { createChain, formatSegmentHeader } from '@x/integrity';
 *
 * const chain = createChain('example.com/audit');
 * console.log(formatSegmentHeader(chain.header())); // {"chain":"holdfast-chain-v1","origin":"example.com/audit","first":0,…
 * ```
 */
export function formatSegmentHeader({ origin, first, previous }: SegmentHeader): string {
  checkPosition('the first number', first, [0, Number.MAX_SAFE_INTEGER]);
  const value = { chain: CHAIN_FORMAT, origin: checkOrigin(origin), first, previous: toHex(checkHash(previous)) };
  return JSON.stringify(value);
}

/**
 * Reads what `formatSegmentHeader` wrote, and nothing else.
 *
 * @throws {IntegrityError} `INVALID_SEGMENT_HEADER`.
 */
export function parseSegmentHeader(line: string): SegmentHeader {
  const header = readHeader(line);
  // One header has one form: what would be written again is what was read.
  if (header !== undefined && formatSegmentHeader(header) === line) return header;
  throw new IntegrityError(
    'INVALID_SEGMENT_HEADER',
    'Expected the header of a segment of a hash chain, got another line.',
  );
}

/** Longest header, in characters: the longest origin, each character of it escaped, and room for the rest. */
const LONGEST_HEADER = 8192;

function readHeader(line: string): SegmentHeader | undefined {
  // Before it is parsed: nesting of millions of levels takes minutes.
  if (line.length > LONGEST_HEADER) return undefined;
  try {
    const { origin, first, previous } = JSON.parse(line) as Readonly<Record<string, unknown>>;
    const link = typeof previous === 'string' ? fromHex(previous) : undefined;
    if (!isSize(first) || !isHash(link)) return undefined;
    return { origin: checkOrigin(origin), first, previous: link };
  } catch {
    return undefined;
  }
}
