import { IntegrityError } from '../errors.ts';
import { toBase64 } from '../encoding.ts';
import { systemClock } from '../clock.ts';
import type { PrivateKey } from './key.ts';
import { measure, type SignInput } from './measure.ts';
import { preAuthEncoding } from './pae.ts';
import { signMessage } from './raw-signature.ts';
import { MAX_SIGNATURES, readSignatures, type SignatureDocument } from './signature-document.ts';
import { STATEMENT_TYPE, writeStatement } from './signed-statement.ts';
import { checkTime } from './trusted-keys.ts';

/** Options of `sign`. */
export interface SignOptions {
  /** The key to sign with, or several: each makes its own signature. */
  readonly privateKey: PrivateKey | readonly PrivateKey[];
  /** From this time on the signature does not count. Default: never. */
  readonly expiresAt?: Date | undefined;
  /** A signature of the same content, made earlier or by somebody else, whose signatures are kept before the new ones. */
  readonly addTo?: SignatureDocument | string | Uint8Array | undefined;
  /** The signing time. Default: the system's. */
  readonly now?: Date | undefined;
  /** Ends the reading early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Signs bytes, a stream or a file. What is signed is never the bare digest but a statement (SHA-256, size, signing time,
 * expiry, key id) in DSSE's pre-authentication encoding, so that the signature means nothing anywhere else. The result is
 * JSON to store beside the content (`docs/formats/signature.md`).
 *
 * The signing time is the signer's word: it is signed, but no third party vouches for it.
 *
 * @throws {IntegrityError} `INVALID_INPUT`; `READ_FAILED`; `INVALID_OPTION` for no key, and for an expiry that is not after
 * `now`; `INVALID_SIGNATURE` for an `addTo` that is not a signature, or has 64 already.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { generateKeyPair, sign } from '@x/integrity';
 *
 * const { privateKey } = generateKeyPair();
 * const signature = await sign({ path: 'release.tar.gz' }, { privateKey });
 * await writeFile('release.tar.gz.sig.json', JSON.stringify(signature));
 * ```
 */
export async function sign(input: SignInput, options: SignOptions): Promise<SignatureDocument> {
  const keys = keysToSignWith(options.privateKey);
  const signedAt = writableTime('now', options.now) ?? new Date(systemClock());
  const expiresAt = writableTime('expiresAt', options.expiresAt);
  if (expiresAt !== undefined && expiresAt <= signedAt) {
    const got = expiresAt.toISOString();
    throw new IntegrityError('INVALID_OPTION', `Expected expiresAt after ${signedAt.toISOString()}, got ${got}.`);
  }
  const earlier = options.addTo === undefined ? [] : readSignatures(options.addTo);
  if (earlier.length + keys.length > MAX_SIGNATURES) {
    const got = earlier.length + keys.length;
    throw new IntegrityError('INVALID_SIGNATURE', `Expected at most ${MAX_SIGNATURES} signatures, got ${got}.`);
  }
  const content = await measure(input, options.signal);
  const added = keys.map((key) => {
    const statement = writeStatement({ ...content, keyId: key.keyId, signedAt, expiresAt });
    return { keyId: key.keyId, statement, signature: signMessage(preAuthEncoding(STATEMENT_TYPE, statement), key) };
  });
  const signatures = [...earlier, ...added].map(({ keyId, statement, signature }) => ({
    keyId,
    statement: toBase64(statement),
    signature: toBase64(signature),
  }));
  return { format: 'holdfast-signature', version: 1, signatures };
}

/** A time that the format has: of the years 0 to 9999. */
function writableTime(name: string, given: Date | undefined): Date | undefined {
  const time = checkTime(name, given);
  if (time === undefined || /^\d{4}-/.test(time.toISOString())) return time;
  throw new IntegrityError('INVALID_OPTION', `Expected ${name} in the years 0 to 9999, got ${time.toISOString()}.`);
}

/**
 * The keys of an option that takes one or several.
 *
 * @throws {IntegrityError} `INVALID_OPTION` for none.
 */
export function keysToSignWith(keys: PrivateKey | readonly PrivateKey[]): readonly PrivateKey[] {
  const list = 'keyId' in keys ? [keys] : keys;
  if (list.length === 0) throw new IntegrityError('INVALID_OPTION', 'Expected a key to sign with, got none.');
  return list;
}
