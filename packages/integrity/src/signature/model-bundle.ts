import { createHash, X509Certificate } from 'node:crypto';
import { IntegrityError } from '../errors.ts';
import { MAX_CERTIFICATE_BYTES } from './certificate.ts';
import { type DsseEnvelope, MAX_ENVELOPE_BYTES, takeEnvelope, type UncheckedEnvelope } from './envelope.ts';
import type { PublicKey } from './key.ts';
import { bundleReader } from './model-manifest.ts';
import type { JsonObject } from '../json/reader.ts';

/** How a bundle says who signed it. */
export type VerificationMaterial =
  | { readonly publicKey: { readonly hint: string }; readonly tlogEntries: readonly [] }
  | {
      readonly x509CertificateChain: { readonly certificates: readonly { readonly rawBytes: string }[] };
      readonly tlogEntries: readonly [];
    };

/** The signature of a model: a Sigstore bundle v0.3 as OpenSSF model signing makes it, by custom in `model.sig`. */
export interface ModelBundle {
  readonly mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json';
  readonly verificationMaterial: VerificationMaterial;
  readonly dsseEnvelope: DsseEnvelope;
}

/** What a bundle says about its signer, unchecked: a public key by its hint (if any), or certificates, the signer's first. */
export type ClaimedSigner =
  | { readonly method: 'key'; readonly hint: string | undefined }
  | { readonly method: 'certificate'; readonly chain: readonly X509Certificate[] };

/** A bundle, decoded and not checked. */
export interface UncheckedBundle {
  readonly signer: ClaimedSigner;
  readonly envelope: UncheckedEnvelope;
  readonly sig: Uint8Array;
}

/** The type of bundle that the reference tool makes, and the only one it takes. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

const MAX_CHAIN = 16;
const METHODS = ['publicKey', 'x509CertificateChain', 'certificate'] as const;

/** How the reference tool names a key: the SHA-256, in hexadecimal, of its PEM, the last line feed included. */
export function keyHint({ pem }: PublicKey): string {
  return createHash('sha256').update(pem).digest('hex');
}

/**
 * Takes a bundle apart. That says nothing about who made it.
 *
 * @throws {IntegrityError} `INVALID_BUNDLE`; `UNSUPPORTED_BUNDLE` for another version, for keyless signatures of Sigstore, and for
 * a bundle without an envelope.
 */
export function readBundle(source: ModelBundle | string | Uint8Array): UncheckedBundle {
  const bundle = bundleReader.document(source, MAX_ENVELOPE_BYTES);
  if (bundleReader.text(bundle['mediaType'], 'mediaType', 128) !== BUNDLE_TYPE) {
    throw new IntegrityError('UNSUPPORTED_BUNDLE', `Expected a bundle of type ${BUNDLE_TYPE}, got another type.`);
  }
  if (bundle['dsseEnvelope'] === undefined && bundle['messageSignature'] !== undefined) {
    throw new IntegrityError(
      'UNSUPPORTED_BUNDLE',
      'Expected a bundle with dsseEnvelope, got one with messageSignature.',
    );
  }
  const signer = readSigner(bundleReader.object(bundle['verificationMaterial'], 'verificationMaterial'));
  const envelope = takeEnvelope(bundleReader.object(bundle['dsseEnvelope'], 'dsseEnvelope'), bundleReader);
  const [signature, ...others] = envelope.signatures;
  if (signature === undefined || others.length > 0) {
    throw bundleReader.refuse(`${envelope.signatures.length} signatures instead of one`);
  }
  return { signer, envelope, sig: signature.sig };
}

function readSigner(material: JsonObject): ClaimedSigner {
  const [method, ...others] = METHODS.filter((name) => material[name] !== undefined && material[name] !== null);
  if (method === undefined || others.length > 0) throw bundleReader.refuse('not exactly one kind of signer');
  if (method === 'certificate') {
    throw new IntegrityError(
      'UNSUPPORTED_BUNDLE',
      'Expected a key or a chain of certificates, got a keyless signature.',
      {
        hint: 'Keyless signatures are checked against the transparency log; use the tools of Sigstore.',
      },
    );
  }
  const value = bundleReader.object(material[method], method);
  if (method === 'x509CertificateChain') return { method: 'certificate', chain: readChain(value) };
  // Versions before 1.1 have the key itself instead of a hint. It proves nothing, so it is not looked at.
  const hint = value['hint'] ?? undefined;
  return { method: 'key', hint: hint === undefined ? undefined : bundleReader.text(hint, 'hint', 256) };
}

function readChain(value: JsonObject): X509Certificate[] {
  const certificates = bundleReader.array(value['certificates'], 'certificates', MAX_CHAIN);
  if (certificates.length === 0) throw bundleReader.refuse('no certificates');
  return certificates.map((each) => {
    const { rawBytes } = bundleReader.object(each, 'a certificate');
    const der = bundleReader.base64(rawBytes, 'rawBytes', { maxBytes: MAX_CERTIFICATE_BYTES, urlSafe: true });
    return parseDer(der);
  });
}

/** PEM is taken by node:crypto as well, and so is DER with something behind it: both would be other bytes than those given. */
function parseDer(der: Buffer): X509Certificate {
  let certificate: X509Certificate | undefined;
  try {
    certificate = new X509Certificate(der);
  } catch {
    // Reported below.
  }
  if (certificate?.raw.equals(der) !== true) throw bundleReader.refuse('a certificate that is not in DER');
  return certificate;
}
