import { MAX_SIGNATURE_BYTES } from './raw-signature.ts';
import { Reader } from '../json/reader.ts';
import { MAX_STATEMENT_BYTES } from './signed-statement.ts';

/** One signature of a {@link SignatureDocument}. */
export interface DocumentSignature {
  /** Which key made it. */
  readonly keyId: string;
  /** The signed statement: JSON, in base64. */
  readonly statement: string;
  /** The signature over the statement's pre-authentication encoding, in base64. */
  readonly signature: string;
}

/** A detached signature, as JSON. Every byte of it is specified in `docs/formats/signature.md`. */
export interface SignatureDocument {
  readonly format: 'holdfast-signature';
  readonly version: 1;
  readonly signatures: readonly DocumentSignature[];
}

/** A signature, decoded and not checked. */
export interface UncheckedSignature {
  readonly keyId: string;
  readonly statement: Uint8Array;
  readonly signature: Uint8Array;
}

/** Most bytes of a document, in text. */
const MAX_DOCUMENT_BYTES = 262_144;

/** Most signatures in a document. */
export const MAX_SIGNATURES = 64;

/** The form of a key id. */
const KEY_ID = /^[0-9a-f]{64}$/;

const reader = new Reader({ code: 'INVALID_SIGNATURE', what: 'a detached signature' });

/**
 * Takes a document apart. That says nothing about who made it.
 *
 * @throws {IntegrityError} `INVALID_SIGNATURE` for another format or version, members that are missing or too many, and
 * anything above the limits: 256 KiB, 64 signatures.
 */
export function readSignatures(source: SignatureDocument | string | Uint8Array): UncheckedSignature[] {
  const document = reader.document(source, MAX_DOCUMENT_BYTES);
  reader.onlyMembers(document, 'a document', ['format', 'version', 'signatures']);
  if (document['format'] !== 'holdfast-signature') throw reader.refuse('another format');
  if (document['version'] !== 1) throw reader.refuse('a version other than 1');
  const signatures = reader.array(document['signatures'], 'signatures', MAX_SIGNATURES);
  if (signatures.length === 0) throw reader.refuse('a document without signatures');
  return signatures.map(readSignature);
}

function readSignature(value: unknown): UncheckedSignature {
  const signature = reader.object(value, 'a signature');
  reader.onlyMembers(signature, 'a signature', ['keyId', 'statement', 'signature']);
  const keyId = reader.text(signature['keyId'], 'keyId', 64);
  if (!KEY_ID.test(keyId)) throw reader.refuse('a keyId that is not 64 hexadecimal digits');
  return {
    keyId,
    statement: reader.base64(signature['statement'], 'statement', { maxBytes: MAX_STATEMENT_BYTES }),
    signature: reader.base64(signature['signature'], 'signature', { maxBytes: MAX_SIGNATURE_BYTES }),
  };
}
