import { equalBytes } from '../equal-bytes.ts';
import { isHash, leafHash } from '../merkle/hashing.ts';
import { isSize } from '../merkle/position.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type CheckpointWatch, ownCheckpoints, watchCheckpoints } from './checkpoint-watch.ts';
import { badEntry, badSegment, type ChainFinding, missingSegment } from './findings.ts';
import { linkAfter } from './link.ts';
import type { ChainEntry, ChainSegment, SegmentHeader } from './segment.ts';
import { type ChainHead, type ChainState, openHead, stateOf } from './state.ts';

/** Options of {@link verifyChain}. */
export interface VerifyChainOptions {
  /** Names the chain that it should be. */
  readonly origin: string;
  /** Checkpoints that `verifyCheckpoint` returned, in any order. Without them nobody can see a cut tail or a rewritten chain. */
  readonly checkpoints?: readonly Checkpoint[] | undefined;
  /** A trusted state to begin from, where the segments before it are no longer kept. Checkpoints of before it are not looked at. */
  readonly from?: ChainState | undefined;
  /** Ends it early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link verifyChain} saw. */
export interface ChainReport {
  /** Whether there are no findings. */
  readonly ok: boolean;
  /** In the order of the entries they are about. No entry after the first bad one is looked at. */
  readonly findings: readonly ChainFinding[];
  /** The chain up to its end, or up to the first bad entry. */
  readonly state: ChainState;
  /** So many entries are those of a checkpoint. What follows could still be cut off or written anew without a trace. */
  readonly covered: number;
}

/**
 * Reads a chain from its first entry to its last and says whether each still follows the one before, whether the chain is
 * what its checkpoints say, and what is wrong: the first bad entry, a missing segment, a cut tail, a fork. Segments are read
 * one after the other in constant memory. Nothing that is read makes it throw; an error of the segments' own iteration is passed on.
 *
 * @throws {IntegrityError} `INVALID_ORIGIN`; `INVALID_CHAIN_STATE`; `INVALID_INPUT` when an entry's `bytes` are no bytes.
 * @example
 * ```ts
 * import { createChain, verifyChain } from '@x/integrity';
 *
 * const chain = createChain('example.com/audit');
 * const header = chain.header();
 * const entries = ['first', 'second'].map((text) => Buffer.from(text)).map((bytes) => ({ bytes, ...chain.append(bytes) }));
 * const checkpoints = [chain.checkpoint()];
 * const report = await verifyChain([{ header, entries: entries.slice(0, 1) }], { origin: 'example.com/audit', checkpoints });
 * console.log(report.findings[0]?.kind); // cut-tail
 * ```
 */
export async function verifyChain(
  segments: AsyncIterable<ChainSegment> | Iterable<ChainSegment>,
  options: VerifyChainOptions,
): Promise<ChainReport> {
  options.signal?.throwIfAborted();
  const head = openHead(options.origin, options.from);
  const { own, foreign } = ownCheckpoints(options.checkpoints ?? [], options.origin);
  const watch = watchCheckpoints(own, head.tree.size);
  const findings = [...foreign, ...watch.pass(head.tree)];
  const stop = await readSegments(segments, { head, watch, findings, signal: options.signal });
  if (stop !== undefined) findings.push(stop);
  findings.push(...watch.forksAhead());
  // What is ahead of a bad entry may be there or not: nobody looked.
  if (stop === undefined) findings.push(...watch.tail(head.tree.size));
  return { ok: findings.length === 0, findings, state: stateOf(head), covered: watch.covered };
}

interface Reading {
  readonly head: ChainHead;
  readonly watch: CheckpointWatch;
  readonly findings: ChainFinding[];
  readonly signal: AbortSignal | undefined;
}

/** Returns what ended the reading early. */
async function readSegments(
  segments: AsyncIterable<ChainSegment> | Iterable<ChainSegment>,
  reading: Reading,
): Promise<ChainFinding | undefined> {
  for await (const { header, entries } of segments) {
    reading.signal?.throwIfAborted();
    const wrong = checkHeader(header, reading.head) ?? (await readEntries(entries, reading));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

async function readEntries(
  entries: ChainSegment['entries'],
  { head, watch, findings, signal }: Reading,
): Promise<ChainFinding | undefined> {
  for await (const entry of entries) {
    signal?.throwIfAborted();
    const wrong = addEntry(entry, head);
    if (wrong !== undefined) return wrong;
    findings.push(...watch.pass(head.tree));
  }
  return undefined;
}

function checkHeader(header: SegmentHeader | undefined, head: ChainHead): ChainFinding | undefined {
  const { size } = head.tree;
  const { origin, first, previous } = header ?? {};
  if (origin !== head.origin) return badSegment(size, 'origin');
  if (isSize(first) && first > size) return missingSegment(size, first);
  if (first !== size) return badSegment(size, 'overlap');
  return isSame(previous, head.link) ? undefined : badSegment(size, 'previous');
}

/** Adds an entry to the chain unless it does not fit. */
function addEntry({ bytes, number, previous, hash }: ChainEntry, head: ChainHead): ChainFinding | undefined {
  const { size } = head.tree;
  if (number !== undefined && number !== size) return badEntry(size, 'number');
  if (previous === undefined && hash === undefined) return badEntry(size, 'unlinked');
  if (previous !== undefined && !isSame(previous, head.link)) return badEntry(size, 'previous');
  const leaf = leafHash(bytes);
  const link = linkAfter(head.link, size, leaf);
  if (hash !== undefined && !isSame(hash, link)) return badEntry(size, 'hash');
  head.tree.appendHash(leaf);
  head.link = link;
  return undefined;
}

function isSame(stored: unknown, expected: Uint8Array): boolean {
  return isHash(stored) && equalBytes(stored, expected);
}
