import { IntegrityError } from './errors.ts';

/** An algorithm that is there for old data only: collisions can be made at will. */
export type LegacyAlgorithm = 'md5' | 'sha1';

/**
 * An algorithm for new data.
 *
 * - `sha256` (FIPS 180-4): the default; fastest of the cryptographic ones where the processor has SHA instructions.
 * - `sha512` (FIPS 180-4) and `blake2b` with 64 bytes (RFC 7693).
 * - `blake3` with 32 bytes (the BLAKE3 paper, 2020): fastest without SHA instructions.
 * - `xxh3-128` and `crc32` (as in zlib) find accidents only: anyone can make another input with the same value.
 */
export type DigestAlgorithm = 'sha256' | 'sha512' | 'blake2b' | 'blake3' | 'xxh3-128' | 'crc32';

/** Any algorithm that this package can compute. */
export type AnyAlgorithm = DigestAlgorithm | LegacyAlgorithm;

/** Bytes in a digest of each algorithm. The keys are the names used in text forms. */
export const DIGEST_BYTES: Readonly<Record<AnyAlgorithm, number>> = {
  sha256: 32,
  sha512: 64,
  blake2b: 64,
  blake3: 32,
  'xxh3-128': 16,
  crc32: 4,
  sha1: 20,
  md5: 16,
};

/** Opens the door to {@link LegacyAlgorithm}. */
export interface LegacyOptions {
  /** Allows `md5` and `sha1`, for comparing with values that others published. Default `false`. */
  readonly legacy?: boolean | undefined;
}

const UNFORGEABLE: ReadonlySet<AnyAlgorithm> = new Set<AnyAlgorithm>(['sha256', 'sha512', 'blake2b', 'blake3']);

/** Whether nobody can make another input with the same digest, so that one may be signed. */
export const withstandsForgery = (algorithm: AnyAlgorithm): boolean => UNFORGEABLE.has(algorithm);

const LEGACY: ReadonlySet<string> = new Set<LegacyAlgorithm>(['md5', 'sha1']);

function isAlgorithm(name: string): name is AnyAlgorithm {
  return Object.hasOwn(DIGEST_BYTES, name);
}

/**
 * Returns `name` as an algorithm that the caller may use.
 *
 * @throws {IntegrityError} `UNKNOWN_ALGORITHM`; `LEGACY_ALGORITHM` for `md5` and `sha1` without `legacy: true`.
 */
export function checkAlgorithm(name: string, options: LegacyOptions): AnyAlgorithm {
  if (!isAlgorithm(name)) {
    const known = Object.keys(DIGEST_BYTES).filter((each) => !LEGACY.has(each));
    throw new IntegrityError('UNKNOWN_ALGORITHM', `Expected one of ${known.join(', ')}, got "${name}".`);
  }
  if (LEGACY.has(name) && options.legacy !== true) {
    throw new IntegrityError('LEGACY_ALGORITHM', `Expected an algorithm that withstands forgery, got "${name}".`, {
      hint: 'Use sha256 for new data. To compare with an old value, pass { legacy: true }.',
    });
  }
  return name;
}
