import { type Chain, type ChainEntry, type ChainSegment, createChain, verifyChain } from '@x/integrity';
import { LogError } from '../errors.ts';
import { firstNumber, type LogFile } from '../files/log-file.ts';
import { type Line, readLines } from '../files/read-blocks.ts';
import { takeApart } from './audit-line.ts';
import { cutOf, headerOf } from './segments.ts';

/** A segment as the chain reads it. `onTorn` is told of a last line without an end, which is no record. */
export async function chainSegment(file: LogFile, onTorn: (bytes: number) => void): Promise<ChainSegment> {
  const header = (await headerOf(file)) ?? { origin: '', first: 0, previous: new Uint8Array(32) };
  return { header, entries: entriesOf(file, onTorn) };
}

async function* entriesOf(file: LogFile, onTorn: (bytes: number) => void): AsyncGenerator<ChainEntry> {
  for await (const line of readLines(file)) {
    if (line.offset === 0) continue;
    if (!line.ended && !file.compressed) onTorn(line.bytes.length);
    else yield entryOf(line);
  }
}

function entryOf({ bytes }: Line): ChainEntry {
  const { body, number, previous, hash } = takeApart(bytes);
  return { bytes: body, number, previous, hash };
}

/**
 * The chain after some segments, from all that is kept of it: slow, and only needed where no state is beside the segment that comes next.
 *
 * @param wanted Its name, and so many records as it should have.
 * @throws {LogError} `AUDIT_DAMAGED`.
 */
export async function chainAfter(
  directory: string,
  files: readonly LogFile[],
  wanted: { readonly origin: string; readonly size?: number | undefined },
): Promise<Chain> {
  const cut = await cutOf(directory);
  const kept = files.filter((file) => firstNumber(file) >= (cut?.state.size ?? 0));
  async function* segments(): AsyncGenerator<ChainSegment> {
    for (const file of kept) yield chainSegment(file, () => undefined);
  }
  const { origin, size } = wanted;
  const { ok, state, findings } = await verifyChain(segments(), { origin, from: cut?.state });
  if (ok && (size ?? state.size) === state.size) return createChain(origin, state);
  throw new LogError('AUDIT_DAMAGED', `Expected a whole chain of ${size ?? 'all'} records, got one that is damaged`, {
    cause: findings[0],
    hint: 'See what holdfast logs verify says. To go on, move the folder of the audit log aside, and keep it: a new chain begins.',
  });
}
