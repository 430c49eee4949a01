import { fromHex, toHex } from '../encoding.ts';
import { equalBytes } from '../equal-bytes.ts';
import { IntegrityError } from '../errors.ts';
import { kindOf } from '../hasher.ts';
import { createMerkleBuilder, type MerkleBuilder } from '../merkle/builder.ts';
import { isHash } from '../merkle/hashing.ts';
import { checkOrigin, firstLink } from './link.ts';

/** Where a chain ends, as plain data: keep it as JSON and go on later. Whoever can change it can make a fork, so guard it. */
export interface ChainState {
  readonly version: 1;
  /** Names the chain. */
  readonly origin: string;
  /** Entries so far. */
  readonly size: number;
  /** Link hash of the last entry, 64 hexadecimal digits. */
  readonly link: string;
  /** As in `MerkleState`. */
  readonly peaks: readonly string[];
}

/** The end of a chain, to which entries are added. */
export interface ChainHead {
  readonly origin: string;
  readonly tree: MerkleBuilder;
  link: Uint8Array;
}

/**
 * Begins a chain, or goes on from a state.
 *
 * @throws {IntegrityError} `INVALID_ORIGIN`; `INVALID_CHAIN_STATE` for a state that no chain of this origin gives.
 */
export function openHead(origin: string, from: ChainState | undefined): ChainHead {
  checkOrigin(origin);
  if (from === undefined) return { origin, tree: createMerkleBuilder(), link: firstLink(origin) };
  if (typeof from !== 'object' || from === null) {
    throw new IntegrityError('INVALID_CHAIN_STATE', `Expected a state of a chain, got ${kindOf(from)}.`);
  }
  const link = typeof from.link === 'string' ? fromHex(from.link) : undefined;
  if (from.version !== 1 || from.origin !== origin || !isHash(link)) {
    throw new IntegrityError(
      'INVALID_CHAIN_STATE',
      `Expected a state of version 1 of the chain "${origin}", got version ${String(from.version)} of "${from.origin}".`,
    );
  }
  if (from.size === 0 && !equalBytes(link, firstLink(origin))) {
    throw new IntegrityError('INVALID_CHAIN_STATE', 'Expected the link that a chain begins with, got another one.');
  }
  try {
    return { origin, tree: createMerkleBuilder({ size: from.size, peaks: from.peaks }), link };
  } catch (cause) {
    throw new IntegrityError('INVALID_CHAIN_STATE', 'Expected what state() of a chain gave, got a tree that is none.', {
      cause,
    });
  }
}

/** The head as plain data. */
export function stateOf({ origin, tree, link }: ChainHead): ChainState {
  return { version: 1, origin, link: toHex(link), ...tree.state() };
}
