import type { Inspection } from '../contract.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { SATURATED_16, SATURATED_32, signatures, u64At, viewOf } from './signatures.ts';
import { checkComment } from './comments.ts';

/** Bytes of an end record without its comment, of which there may be 65,535. */
const END = 22;
const LOCATOR = 20;
const END64 = 56;

/** The end of an archive: where its directory is. */
export interface EndRecord {
  /** The first byte that belongs to the end: of the zip64 record where there is one. */
  readonly at: number;
  /** The directory, from its first byte to after its last one. */
  readonly directoryAt: number;
  readonly directoryEnd: number;
  /** Members that it says there are. */
  readonly count: number;
  /** The byte that places in the archive count from. Not 0 when something stands before it. */
  readonly base: number;
  /** Other places that look like an end record. */
  readonly others: readonly number[];
}

/** Places that look like an end record, from front to back. Readers take the last one. */
export async function findEnds(source: ByteSource): Promise<readonly number[]> {
  const length = Math.min(END + SATURATED_16, source.size);
  const from = source.size - length;
  const tail = Buffer.from(await source.read(from, length));
  const sign = Buffer.from('PK\u0005\u0006');
  const found: number[] = [];
  for (let at = tail.indexOf(sign); at !== -1 && at <= length - END; at = tail.indexOf(sign, at + 1))
    found.push(from + at);
  return found;
}

/**
 * Reads the end of an archive, with the zip64 record.
 *
 * @throws {StructureError}
 */
export async function readEnd(source: ByteSource, inspection: Inspection): Promise<EndRecord> {
  const ends = await findEnds(source);
  const at = ends.at(-1);
  if (at === undefined)
    throw new StructureError('TRUNCATED', 'Expected an end record of a zip archive, got none', source.size);
  const view = viewOf(await source.read(at, END));
  await checkEnd(source, { inspection, at, commentLength: view.getUint16(20, true) });
  const short: Fields = {
    disks: [view.getUint16(4, true), view.getUint16(6, true)],
    countHere: view.getUint16(8, true),
    count: view.getUint16(10, true),
    size: view.getUint32(12, true),
    offset: view.getUint32(16, true),
  };
  const long = await readEnd64(source, at);
  if (long !== undefined) compareEnds(short, { long, inspection, at });
  const { disks, countHere, count, size, offset } = long ?? short;
  if (disks.some((disk) => disk !== 0) || countHere !== count)
    throw new StructureError('UNSUPPORTED', 'Expected an archive in one piece, got a part of a split one', at);
  const start = long === undefined ? at : long.at;
  const base = await baseOf(source, { inspection, start, size, offset });
  const directoryAt = base + offset;
  return { at: start, directoryAt, directoryEnd: directoryAt + size, count, base, others: ends.slice(0, -1) };
}

interface Fields {
  readonly disks: readonly number[];
  readonly countHere: number;
  readonly count: number;
  /** Bytes of the directory. */
  readonly size: number;
  readonly offset: number;
}

async function checkEnd(
  source: ByteSource,
  end: { readonly inspection: Inspection; readonly at: number; readonly commentLength: number },
): Promise<void> {
  const { inspection, at, commentLength } = end;
  const left = source.size - at - END;
  if (commentLength > left) {
    inspection.find('TRUNCATED', `Expected a comment of ${commentLength} bytes, got an end after ${left}`, at);
    return;
  }
  checkComment(await source.read(at + END, commentLength), { inspection, at: at + END });
  if (commentLength < left) {
    const message = `Expected an end after the archive, got ${left - commentLength} bytes`;
    inspection.find('HIDDEN_BYTES', message, at + END + commentLength);
  }
}

/** The zip64 end record; `undefined` when no locator stands right before the end record. */
async function readEnd64(source: ByteSource, end: number): Promise<(Fields & { readonly at: number }) | undefined> {
  if (end < LOCATOR) return undefined;
  const locator = viewOf(await source.read(end - LOCATOR, LOCATOR));
  if (locator.getUint32(0, true) !== signatures.locator64) return undefined;
  // It has to stand right before its locator: some readers look there and others where the locator says.
  const at = end - LOCATOR - END64;
  if (at < 0) throw malformed('Expected a zip64 end record before its locator, got a start', end - LOCATOR);
  const view = viewOf(await source.read(at, END64));
  if (view.getUint32(0, true) !== signatures.end64 || u64At(view, 4) !== END64 - 12)
    throw malformed('Expected a zip64 end record of 56 bytes before its locator, got something else', at);
  if (locator.getUint32(4, true) !== 0 || locator.getUint32(16, true) > 1)
    throw new StructureError('UNSUPPORTED', 'Expected an archive in one piece, got a part of a split one', at);
  return {
    at,
    disks: [view.getUint32(16, true), view.getUint32(20, true)],
    countHere: u64At(view, 24),
    count: u64At(view, 32),
    size: u64At(view, 40),
    offset: u64At(view, 48),
  };
}

/** Some readers go by the short record wherever its fields are not all ones, others by the long one: both must say the same. */
function compareEnds(
  short: Fields,
  other: { readonly long: Fields; readonly inspection: Inspection; readonly at: number },
): void {
  const { long, inspection, at } = other;
  const isSame =
    [SATURATED_16, long.count].includes(short.count) &&
    [SATURATED_32, long.size].includes(short.size) &&
    [SATURATED_32, long.offset].includes(short.offset);
  if (!isSame) inspection.find('ZIP_HEADERS_DIFFER', 'Expected the same in both end records, got two directories', at);
}

/** Readers put up with bytes before an archive: they take the directory to end where the end record begins. */
async function baseOf(
  source: ByteSource,
  place: { readonly inspection: Inspection; readonly start: number; readonly size: number; readonly offset: number },
): Promise<number> {
  const { inspection, start, size, offset } = place;
  const base = start - size - offset;
  if (base < 0) throw malformed('Expected a directory before the end record, got one that reaches into it', start);
  if (base === 0) return 0;
  if (!(await isDirectory(source, start - size)) && (await isDirectory(source, offset))) {
    inspection.find('HIDDEN_BYTES', `Expected an end after the directory, got ${base} bytes of nothing`, offset + size);
    return 0;
  }
  return base;
}

async function isDirectory(source: ByteSource, at: number): Promise<boolean> {
  if (at + 4 > source.size) return false;
  return viewOf(await source.read(at, 4)).getUint32(0, true) === signatures.central;
}
