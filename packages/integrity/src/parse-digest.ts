import { checkAlgorithm, DIGEST_BYTES, type LegacyOptions } from './algorithm.ts';
import { Digest } from './digest-value.ts';
import { fromBase64, fromHex } from './encoding.ts';
import { IntegrityError } from './errors.ts';

const HEX_FORM = /^([a-z0-9-]+):([0-9a-fA-F]+)$/;
const SRI_FORM = /^(sha(?:1|256|512))-([A-Za-z0-9+/]+={0,2})$/;
const LONGEST_SHOWN = 80;

function invalid(text: string): IntegrityError {
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return new IntegrityError('INVALID_DIGEST', `Expected <algorithm>:<hex> or sha256-<base64>, got "${shown}".`);
}

/**
 * Reads a digest from its text form, `sha256:<hex>` (any case), or from the one of Subresource Integrity,
 * `sha256-<base64>`. It is strict: the length must be the algorithm's, and nothing may stand before or after.
 *
 * @throws {IntegrityError} `INVALID_DIGEST`, `UNKNOWN_ALGORITHM`, `LEGACY_ALGORITHM`.
 * @example
 * ```ts
 * import { digest, digestsEqual, parseDigest } from '@x/integrity';
 *
 * const expected = parseDigest('crc32:cbf43926');
 * const actual = await digest(new TextEncoder().encode('123456789'), { algorithm: expected.algorithm });
 * console.log(digestsEqual(actual, expected)); // true
 * ```
 */
export function parseDigest(text: string, options: LegacyOptions = {}): Digest {
  const hexForm = HEX_FORM.exec(text);
  const [, name, value] = hexForm ?? SRI_FORM.exec(text) ?? [];
  if (name === undefined || value === undefined) throw invalid(text);
  const algorithm = checkAlgorithm(name, options);
  const bytes = hexForm ? fromHex(value) : fromBase64(value);
  if (bytes?.length !== DIGEST_BYTES[algorithm]) throw invalid(text);
  return new Digest(algorithm, bytes);
}
