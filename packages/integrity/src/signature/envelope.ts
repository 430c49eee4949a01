import { IntegrityError } from '../errors.ts';
import { kindOf } from '../hasher.ts';
import { toBase64 } from '../encoding.ts';
import type { PrivateKey } from './key.ts';
import { STATEMENT_TYPE } from './signed-statement.ts';
import { preAuthEncoding } from './pae.ts';
import { MAX_SIGNATURE_BYTES, signMessage } from './raw-signature.ts';
import { type JsonObject, Reader } from '../json/reader.ts';
import { keysToSignWith } from './sign.ts';

/** One signature of a {@link DsseEnvelope}. */
export interface EnvelopeSignature {
  /** A hint which key made it: ours write a key id, others write anything, `null` or nothing. Never signed. */
  readonly keyid?: string | null | undefined;
  /** The signature over the payload's pre-authentication encoding, in base64. */
  readonly sig: string;
}

/** A DSSE envelope as JSON (DSSE v1, envelope.md). */
export interface DsseEnvelope {
  /** The payload, in base64. Believe it only when `verifyEnvelope` returns it. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly EnvelopeSignature[];
}

/** An envelope, decoded and not checked. */
export interface UncheckedEnvelope {
  readonly payload: Uint8Array;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: Uint8Array }[];
}

/** Options of `signEnvelope`. */
export interface SignEnvelopeOptions {
  /** A media type or URI that says how to read the payload; it is signed, too. */
  readonly payloadType: string;
  /** The key to sign with, or several: each makes its own signature. */
  readonly privateKey: PrivateKey | readonly PrivateKey[];
}

/** Most bytes of a payload: a list of some 400 000 files. */
const MAX_PAYLOAD_BYTES = 64 << 20;

/** Most bytes of an envelope, in text: a payload in base64, with room for the rest. */
export const MAX_ENVELOPE_BYTES: number = 90 << 20;

/** Most signatures in an envelope. Each may have to be tried with each trusted key. */
const MAX_SIGNATURES = 32;

const MAX_NAME = 1024;

const reader = new Reader({ code: 'INVALID_ENVELOPE', what: 'a DSSE envelope' });

/**
 * Signs bytes in an envelope: the payload travels with its signatures (DSSE v1). To sign content that stays where it is,
 * use `sign`; for in-toto attestations, `signStatement`.
 *
 * @throws {IntegrityError} `INVALID_INPUT` for a payload that is not bytes or has more than 64 MiB; `INVALID_OPTION` for no
 * key or an empty type.
 * @example
 * ```ts
 * import { generateKeyPair, signEnvelope, verifyEnvelope } from '@x/integrity';
 *
 * const { privateKey, publicKey } = generateKeyPair();
 * const payloadType = 'application/vnd.example.order+json';
 * const envelope = signEnvelope(new TextEncoder().encode('{"total":3}'), { payloadType, privateKey });
 * const result = verifyEnvelope(envelope, { payloadType, keys: [publicKey] });
 * if (result.verified) console.log(new TextDecoder().decode(result.payload));
 * ```
 */
export function signEnvelope(payload: Uint8Array, options: SignEnvelopeOptions): DsseEnvelope {
  if (!(payload instanceof Uint8Array)) {
    throw new IntegrityError('INVALID_INPUT', `Expected a payload in bytes, got ${kindOf(payload)}.`);
  }
  if (payload.length > MAX_PAYLOAD_BYTES) {
    const got = payload.length;
    throw new IntegrityError('INVALID_INPUT', `Expected a payload of at most ${MAX_PAYLOAD_BYTES} bytes, got ${got}.`);
  }
  const { payloadType } = options;
  if (payloadType.length === 0 || payloadType.length > MAX_NAME || !payloadType.isWellFormed()) {
    const got = `${payloadType.length} characters${payloadType.isWellFormed() ? '' : ', one of them half of a pair'}`;
    throw new IntegrityError('INVALID_OPTION', `Expected a payloadType, got ${got}.`);
  }
  if (payloadType === STATEMENT_TYPE) {
    throw new IntegrityError('INVALID_OPTION', 'Expected another payloadType than that of detached signatures.');
  }
  const message = preAuthEncoding(payloadType, payload);
  const signatures = keysToSignWith(options.privateKey).map((key) => ({
    keyid: key.keyId,
    sig: toBase64(signMessage(message, key)),
  }));
  return { payload: toBase64(payload), payloadType, signatures };
}

/**
 * Takes an envelope apart. That says nothing about who made it.
 *
 * @throws {IntegrityError} `INVALID_ENVELOPE`.
 */
export function readEnvelope(source: DsseEnvelope | string | Uint8Array): UncheckedEnvelope {
  return takeEnvelope(reader.document(source, MAX_ENVELOPE_BYTES), reader);
}

/**
 * The same for an envelope that is part of another document, whose `reader` refuses what is wrong. Members that DSSE does not
 * name are ignored; empty ones may be missing (envelope.md, "Standard JSON envelope").
 */
export function takeEnvelope(envelope: JsonObject, owner: Reader): UncheckedEnvelope {
  const signatures = owner.array(envelope['signatures'] ?? [], 'signatures', MAX_SIGNATURES);
  return {
    payload: owner.base64(envelope['payload'] ?? '', 'payload', { maxBytes: MAX_PAYLOAD_BYTES, urlSafe: true }),
    payloadType: owner.text(envelope['payloadType'] ?? '', 'payloadType', MAX_NAME),
    signatures: signatures.map((value) => {
      const { keyid, sig } = owner.object(value, 'a signature');
      return {
        keyid: owner.text(keyid ?? '', 'keyid', MAX_NAME),
        sig: owner.base64(sig, 'sig', { maxBytes: MAX_SIGNATURE_BYTES, urlSafe: true }),
      };
    }),
  };
}
