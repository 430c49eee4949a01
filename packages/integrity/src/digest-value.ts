import { type AnyAlgorithm, DIGEST_BYTES } from './algorithm.ts';
import { fromHex, toBase64, toHex } from './encoding.ts';
import { IntegrityError } from './errors.ts';

/** Algorithms that the W3C's Subresource Integrity knows, of those we have. */
const SRI_ALGORITHMS: ReadonlySet<AnyAlgorithm> = new Set<AnyAlgorithm>(['sha256', 'sha512']);

/**
 * A digest and the algorithm it was made with. It does not change once made, and turns into its text form wherever
 * text is wanted (`String(digest)`, `JSON.stringify`).
 *
 * Most users get one from `digest` or `parseDigest` and never construct it.
 *
 * @example
 * ```ts
 * import { digest } from '@x/integrity';
 *
 * const value = await digest(new TextEncoder().encode('abc'));
 * console.log(`${value}`); // sha256:ba7816bf8f01cfea…
 * console.log(value.sri); // sha256-ungWv48Bz+pBQUDeXa4iI7…
 * ```
 */
export class Digest {
  /** What the digest was made with. */
  readonly algorithm: AnyAlgorithm;
  /** The digest in lowercase hexadecimal. */
  readonly hex: string;

  /**
   * @param bytes As many as the algorithm makes; they are copied.
   * @throws {IntegrityError} `INVALID_DIGEST` for another number of bytes.
   */
  constructor(algorithm: AnyAlgorithm, bytes: Uint8Array) {
    if (bytes.length !== DIGEST_BYTES[algorithm]) {
      throw new IntegrityError(
        'INVALID_DIGEST',
        `Expected ${DIGEST_BYTES[algorithm]} bytes for ${algorithm}, got ${bytes.length}.`,
      );
    }
    this.algorithm = algorithm;
    this.hex = toHex(bytes);
    Object.freeze(this);
  }

  /** The digest's bytes, a fresh copy at each call. CRC-32 is big-endian, XXH3 in its canonical (big-endian) form. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return fromHex(this.hex) ?? new Uint8Array();
  }

  /** The form of HTML's `integrity` attribute, `sha256-<base64>`; `undefined` for algorithms that it does not know. */
  get sri(): string | undefined {
    if (!SRI_ALGORITHMS.has(this.algorithm)) return undefined;
    return `${this.algorithm}-${toBase64(this.bytes)}`;
  }

  /** The text form, `<algorithm>:<hex>`; `parseDigest` reads it. */
  toString(): string {
    return `${this.algorithm}:${this.hex}`;
  }

  /** The text form, so that a digest in JSON is a string. */
  toJSON(): string {
    return this.toString();
  }
}
