import { type AnyAlgorithm, checkAlgorithm, type LegacyOptions } from './algorithm.ts';
import { Digest } from './digest-value.ts';
import { openEngine } from './engine/open-engine.ts';
import { IntegrityError } from './errors.ts';

/** A digest in the making; see {@link createDigest}. */
export interface Hasher {
  /** What the digest is made with. */
  readonly algorithm: AnyAlgorithm;
  /**
   * Adds bytes. They are read before the call returns, so their memory may be used again.
   *
   * @throws {IntegrityError} `INVALID_INPUT` for anything but bytes, `DIGEST_FINISHED` after `digest()`.
   */
  update(bytes: Uint8Array): Hasher;
  /**
   * Ends it and returns the digest of all bytes added.
   *
   * @throws {IntegrityError} `DIGEST_FINISHED` when called again.
   */
  digest(): Digest;
}

/**
 * Starts a digest that is fed piece by piece, for bytes that come from several places. Where they come as one stream,
 * `digest` is shorter.
 *
 * @throws {IntegrityError} `UNKNOWN_ALGORITHM`, `LEGACY_ALGORITHM`.
 * @example
 * ```ts
 * import { createDigest } from '@x/integrity';
 *
 * const hasher = await createDigest('blake3');
 * hasher.update(new Uint8Array([1, 2])).update(new Uint8Array([3]));
 * console.log(hasher.digest().hex);
 * ```
 */
export async function createDigest(algorithm: AnyAlgorithm = 'sha256', options: LegacyOptions = {}): Promise<Hasher> {
  const checked = checkAlgorithm(algorithm, options);
  const engine = await openEngine(checked);
  let finished = false;
  const demandOpen = (): void => {
    if (finished) throw new IntegrityError('DIGEST_FINISHED', 'Expected a digest in the making, got a finished one.');
  };
  const hasher: Hasher = {
    algorithm: checked,
    update(bytes) {
      demandOpen();
      if (!(bytes instanceof Uint8Array)) {
        throw new IntegrityError('INVALID_INPUT', `Expected a Uint8Array, got ${kindOf(bytes)}.`, {
          hint: 'Turn text into bytes with new TextEncoder().encode(text).',
        });
      }
      engine.update(bytes);
      return hasher;
    },
    digest() {
      demandOpen();
      finished = true;
      return new Digest(checked, engine.finish());
    },
  };
  return hasher;
}

/** How to name a value that should have been bytes. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value !== 'object') return typeof value;
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
