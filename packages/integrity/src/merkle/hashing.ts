import { sha256 } from '../engine/sha256.ts';
import { IntegrityError } from '../errors.ts';
import { kindOf } from '../hasher.ts';

/** Bytes in every hash of a tree. */
const HASH_BYTES = 32;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/**
 * The hash of one leaf of a Merkle tree: SHA-256 of a zero byte and the leaf's bytes (RFC 9162, section 2.1.1). The byte in
 * front keeps a leaf from passing for an inner node.
 *
 * @returns 32 bytes.
 * @throws {IntegrityError} `INVALID_INPUT` for anything but bytes.
 * @example
 * ```ts
 * import { leafHash } from '@x/integrity';
 *
 * console.log(leafHash(new TextEncoder().encode('{"event":"login"}')).length); // 32
 * ```
 */
export function leafHash(bytes: Uint8Array): Uint8Array {
  if (!(bytes instanceof Uint8Array)) {
    throw new IntegrityError('INVALID_INPUT', `Expected a Uint8Array, got ${kindOf(bytes)}.`, {
      hint: 'Turn text into bytes with new TextEncoder().encode(text).',
    });
  }
  return sha256(LEAF, bytes);
}

/** The hash of an inner node: SHA-256 of a one byte and the hashes of both sides (RFC 9162, section 2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(NODE, left, right);
}

/** The root of the tree without leaves: SHA-256 of nothing (RFC 9162, section 2.1.1). */
export function emptyRoot(): Uint8Array {
  return sha256();
}

/**
 * The hash of neighbouring subtrees, each larger than the next one, as the RFC's recursion joins them: the smallest two first.
 * No subtrees are the empty tree.
 */
export function joinSubtrees(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyRoot();
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** Whether a value has the shape of a hash. */
export function isHash(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === HASH_BYTES;
}

/**
 * Returns a copy of a hash that a caller gave, so that it can't change later.
 *
 * @throws {IntegrityError} `INVALID_HASH` for anything but 32 bytes.
 */
export function checkHash(value: unknown): Uint8Array {
  if (isHash(value)) return Uint8Array.from(value);
  const got = value instanceof Uint8Array ? `${value.length} bytes` : kindOf(value);
  throw new IntegrityError('INVALID_HASH', `Expected a hash of ${HASH_BYTES} bytes, got ${got}.`);
}
