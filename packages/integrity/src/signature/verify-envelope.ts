import { IntegrityError } from '../errors.ts';
import { systemClock } from '../clock.ts';
import { type DsseEnvelope, readEnvelope, type UncheckedEnvelope } from './envelope.ts';
import { preAuthEncoding } from './pae.ts';
import { checkMessage } from './raw-signature.ts';
import { checkTime, gatherKeys, judgeKey, type KeyRing, type TrustOptions } from './trusted-keys.ts';
import { countOnce, type SignatureVerdict, verdictOf } from './verdict.ts';

/** Options of `verifyEnvelope`. */
export interface VerifyEnvelopeOptions extends TrustOptions {
  /** The type, or types, that the caller knows how to read. A payload of another type is not verified. */
  readonly payloadType: string | readonly string[];
}

/** What `verifyEnvelope` found out about the signatures. */
export interface EnvelopeFindings {
  readonly threshold: number;
  /** How many different keys count. */
  readonly counted: number;
  /** One entry for each signature of the envelope, in its order. */
  readonly signatures: readonly SignatureVerdict[];
}

/** A payload that is what its signers signed. */
export interface VerifiedEnvelope extends EnvelopeFindings {
  readonly verified: true;
  readonly payload: Uint8Array;
  readonly payloadType: string;
}

/** Signatures that do not suffice, or a type that is not wanted. There is no payload, as nobody vouches for it. */
export interface RejectedEnvelope extends EnvelopeFindings {
  readonly verified: false;
  readonly problem: 'too-few-signatures' | 'other-payload-type';
}

/** What `verifyEnvelope` returns. */
export type EnvelopeVerification = VerifiedEnvelope | RejectedEnvelope;

/**
 * Verifies an envelope and hands out its payload only then (DSSE v1, protocol.md, "Multi-signature Verification"). An
 * envelope has no signing time, so a key's own validity is compared with `now`.
 *
 * A `keyid` that is the id of a trusted key selects it; with any other, each trusted key is tried. Base64 may be standard or
 * URL-safe, ECDSA signatures DER or the two numbers side by side. Takes time in proportion to signatures times keys times bytes of
 * payload, without letting others in: give envelopes of strangers few keys, or a limit of their own.
 *
 * @throws {IntegrityError} `INVALID_ENVELOPE` for an envelope that is malformed, or above the limits (64 MiB of payload, 32
 * signatures); `INVALID_OPTION`.
 */
export function verifyEnvelope(
  envelope: DsseEnvelope | string | Uint8Array,
  options: VerifyEnvelopeOptions,
): EnvelopeVerification {
  const ring = gatherKeys(options);
  const now = checkTime('now', options.now) ?? new Date(systemClock());
  const wanted = typeof options.payloadType === 'string' ? [options.payloadType] : options.payloadType;
  if (wanted.length === 0) throw new IntegrityError('INVALID_OPTION', 'Expected a payloadType, got none.');
  const unchecked = readEnvelope(envelope);
  const { payload, payloadType } = unchecked;
  const { signatures, counted } = countOnce(judgeSignatures(unchecked, ring, now));
  const findings = { threshold: ring.threshold, counted, signatures };
  if (counted < ring.threshold) return { verified: false, problem: 'too-few-signatures', ...findings };
  if (!wanted.includes(payloadType)) return { verified: false, problem: 'other-payload-type', ...findings };
  return { verified: true, payload, payloadType, ...findings };
}

function judgeSignatures(envelope: UncheckedEnvelope, ring: KeyRing, now: Date): SignatureVerdict[] {
  const message = preAuthEncoding(envelope.payloadType, envelope.payload);
  return envelope.signatures.map(({ keyid, sig }) => {
    const named = ring.keys.get(keyid);
    const candidates = named === undefined ? [...ring.keys.values()] : [named];
    const signer = candidates.find(({ publicKey }) => checkMessage(message, sig, publicKey, { allowRaw: true }));
    if (signer === undefined) return verdictOf(keyid, named === undefined ? 'unknown-key' : 'bad-signature');
    return verdictOf(signer.publicKey.keyId, judgeKey(signer, now));
  });
}
