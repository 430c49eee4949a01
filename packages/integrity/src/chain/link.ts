// docs/formats/hash-chain.md describes every byte.
import { sha256 } from '../engine/sha256.ts';
import { IntegrityError } from '../errors.ts';

/** Names the format in the first link and in headers of segments. */
export const CHAIN_FORMAT = 'holdfast-chain-v1';

/** Leaves of the Merkle tree begin with 0 and its nodes with 1, so a link can't pass for either. */
const LINK = Uint8Array.of(2);
const LONGEST_ORIGIN = 1024;

/** Whether a text can stand on a line of a signed note: well-formed, and without control characters. */
export function isNoteLine(text: string): boolean {
  // oxlint-disable-next-line eslint/no-control-regex -- they are what is looked for
  return text.length > 0 && text.isWellFormed() && !/[\u0000-\u001f]/.test(text);
}

/**
 * Makes sure that a text can name a chain.
 *
 * @throws {IntegrityError} `INVALID_ORIGIN`.
 */
export function checkOrigin(origin: unknown): string {
  if (typeof origin === 'string' && origin.length <= LONGEST_ORIGIN && isNoteLine(origin)) return origin;
  throw new IntegrityError(
    'INVALID_ORIGIN',
    `Expected the chain's origin to be one line of 1 to ${LONGEST_ORIGIN} characters, got something else.`,
    { hint: 'Choose a name that no other chain has, such as example.com/audit.' },
  );
}

/** What the first entry links to. It depends on the origin, so that entries of one chain do not fit into another. */
export function firstLink(origin: string): Uint8Array {
  return sha256(new TextEncoder().encode(`${CHAIN_FORMAT}\n${origin}\n`));
}

/** The link hash of an entry, from the one before, the entry's number and its leaf hash. */
export function linkAfter(previous: Uint8Array, number: number, leaf: Uint8Array): Uint8Array {
  const place = new DataView(new ArrayBuffer(8));
  place.setBigUint64(0, BigInt(number));
  return sha256(LINK, previous, new Uint8Array(place.buffer), leaf);
}
