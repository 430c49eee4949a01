import { digestsEqual } from '../digests-equal.ts';
import { systemClock } from '../clock.ts';
import { type Measure, measure, type SignInput } from './measure.ts';
import { preAuthEncoding } from './pae.ts';
import { checkMessage } from './raw-signature.ts';
import { readSignatures, type SignatureDocument, type UncheckedSignature } from './signature-document.ts';
import { readStatement, type SignedStatement, STATEMENT_TYPE } from './signed-statement.ts';
import { checkTime, gatherKeys, judgeKey, type KeyRing, type RingKey, type TrustOptions } from './trusted-keys.ts';
import { countOnce, type SignatureVerdict, type Verdict, verdictOf } from './verdict.ts';

/** Options of `verify`. */
export interface VerifyOptions extends TrustOptions {
  /** Ends the reading early; the call then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of one signature. Its times are there once the signature is known to be genuine. */
export interface TimedVerdict extends SignatureVerdict {
  readonly signedAt?: Date | undefined;
  readonly expiresAt?: Date | undefined;
}

/** What `verify` found out. */
export interface Verification {
  /** Whether signatures of at least `threshold` different keys count. */
  readonly verified: boolean;
  readonly threshold: number;
  /** How many different keys count. */
  readonly counted: number;
  /** One entry for each signature of the document, in its order. */
  readonly signatures: readonly TimedVerdict[];
}

/** How far ahead of ours a signer's clock may be, in milliseconds. */
const CLOCK_SKEW_MS = 300_000;

/**
 * Verifies a signature made by `sign` over bytes, a stream or a file. Content that was changed and keys that are not
 * trusted are no errors: `verified` is then `false`, and each signature says why it does not count.
 *
 * A statement is parsed only after its signature was checked. A key's own validity is compared with the signing time, so
 * that what a retired key has signed stays valid; a key that was stolen must be `revoked`.
 *
 * @throws {IntegrityError} `INVALID_SIGNATURE` for a document that is malformed; `INVALID_OPTION`; `INVALID_INPUT`;
 * `READ_FAILED`.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { loadPublicKey, verify } from '@x/integrity';
 *
 * const signature = await readFile('release.tar.gz.sig.json');
 * const keys = [await loadPublicKey('alice.pub'), await loadPublicKey('bob.pub')];
 * const { verified, signatures } = await verify({ path: 'release.tar.gz' }, signature, { keys, threshold: 2 });
 * if (!verified) throw new Error(signatures.map(({ keyId, message }) => `${keyId}: ${message}`).join('\n'));
 * ```
 */
export async function verify(
  input: SignInput,
  signature: SignatureDocument | string | Uint8Array,
  options: VerifyOptions,
): Promise<Verification> {
  const ring = gatherKeys(options);
  const now = checkTime('now', options.now) ?? new Date(systemClock());
  const unchecked = readSignatures(signature);
  const content = await measure(input, options.signal);
  const { signatures, counted } = countOnce(unchecked.map((each) => judge(each, ring, { content, now })));
  return { verified: counted >= ring.threshold, threshold: ring.threshold, counted, signatures };
}

interface Facts {
  readonly content: Measure;
  readonly now: Date;
}

function judge({ keyId, statement, signature }: UncheckedSignature, ring: KeyRing, facts: Facts): TimedVerdict {
  const trusted = ring.keys.get(keyId);
  if (trusted === undefined) return verdictOf(keyId, 'unknown-key');
  if (!checkMessage(preAuthEncoding(STATEMENT_TYPE, statement), signature, trusted.publicKey)) {
    return verdictOf(keyId, 'bad-signature');
  }
  const signed = parse(statement);
  if (signed?.keyId !== keyId) return verdictOf(keyId, 'malformed-statement');
  const { signedAt, expiresAt } = signed;
  return { ...verdictOf(keyId, judgeStatement(signed, trusted, facts)), signedAt, expiresAt };
}

function judgeStatement(signed: SignedStatement, trusted: RingKey, { content, now }: Facts): Verdict {
  const { signedAt, expiresAt } = signed;
  const key = judgeKey(trusted, signedAt);
  if (key !== 'counts') return key;
  if (signedAt.getTime() > now.getTime() + CLOCK_SKEW_MS) return 'signed-in-the-future';
  if (expiresAt !== undefined && expiresAt <= now) return 'expired';
  return signed.size === content.size && digestsEqual(signed.digest, content.digest) ? 'counts' : 'other-content';
}

/** A key may have signed anything under this type; what is not a statement does not count, and stops no other. */
function parse(statement: Uint8Array): SignedStatement | undefined {
  try {
    return readStatement(statement);
  } catch {
    return undefined;
  }
}
