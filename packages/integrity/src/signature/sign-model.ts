import type { X509Certificate } from 'node:crypto';
import { IntegrityError } from '../errors.ts';
import { toBase64 } from '../encoding.ts';
import { parseCertificates } from './certificate.ts';
import { signEnvelope } from './envelope.ts';
import type { PrivateKey } from './key.ts';
import { BUNDLE_TYPE, keyHint, type ModelBundle, type VerificationMaterial } from './model-bundle.ts';
import {
  bundleReader,
  checkResourceNames,
  MODEL_ALGORITHMS,
  MODEL_PREDICATE,
  modelDigest,
  type ModelResource,
  readModelManifest,
  sortResources,
} from './model-manifest.ts';
import { checkNamedDigests, type NamedDigest } from './named-digest.ts';
import { createStatement, IN_TOTO_PAYLOAD_TYPE, readStatementPayload } from './statement.ts';

/** Options of `signModel`. */
export interface SignModelOptions {
  /** The name of the model's folder; for people only. */
  readonly name: string;
  /** A key on P-256, P-384 or P-521: the reference tool knows no other for this. */
  readonly privateKey: PrivateKey;
  /**
   * Certificates in PEM, that of `privateKey` first, then those of the authorities between it and the root. Without, a verifier
   * needs the public key.
   */
  readonly certificates?: string | Uint8Array | undefined;
  /** Paths that were left out of the list. */
  readonly ignorePaths?: readonly string[] | undefined;
  /** Whether the files that links point to are in the list. Default `false`. */
  readonly allowSymlinks?: boolean | undefined;
}

/**
 * Signs the files of a model so that every tool of OpenSSF model signing 1.x can verify them. The list is what the reference
 * tool takes by default: all regular files below the folder, the signature itself and `.git`, `.gitattributes`, `.github` and
 * `.gitignore` left out.
 *
 * @param resources The files with their digests, all `sha256`, `blake2b` or `blake3`, in any order.
 * @throws {IntegrityError} `INVALID_BUNDLE` for no files, a name that leads out of the folder or is there twice, and algorithms
 * that are mixed or not those; `INVALID_OPTION` for a key of another kind or one that is not the first certificate's;
 * `INVALID_CERTIFICATE`; `INVALID_DIGEST`; `UNKNOWN_ALGORITHM`; `LEGACY_ALGORITHM`.
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises';
 * import { digestFile, generateKeyPair, signModel } from '@x/integrity';
 *
 * const { privateKey } = generateKeyPair({ algorithm: 'ecdsa-p384' });
 * const resources = [{ name: 'model.safetensors', digest: await digestFile('bert/model.safetensors') }];
 * const bundle = signModel(resources, { name: 'bert', privateKey, ignorePaths: ['model.sig'] });
 * await writeFile('bert/model.sig', JSON.stringify(bundle));
 * ```
 */
export function signModel(resources: Iterable<NamedDigest>, options: SignModelOptions): ModelBundle {
  const { name, privateKey } = options;
  if (name === '') throw new IntegrityError('INVALID_OPTION', 'Expected a name for the model, got an empty text.');
  if (privateKey.algorithm === 'ed25519') {
    throw new IntegrityError('INVALID_OPTION', 'Expected a key on P-256, P-384 or P-521, got an Ed25519 key.', {
      hint: "Make one with generateKeyPair({ algorithm: 'ecdsa-p384' }).",
    });
  }
  const material = materialOf(options);
  const { files, algorithm } = checkFiles(resources);
  const statement = createStatement({
    subject: [{ name, digest: modelDigest(files) }],
    predicateType: MODEL_PREDICATE,
    predicate: {
      serialization: {
        method: 'files',
        hash_type: algorithm,
        allow_symlinks: options.allowSymlinks ?? false,
        ignore_paths: options.ignorePaths ?? [],
      },
      resources: files.map((each) => ({ name: each.name, algorithm, digest: each.digest.hex })),
    },
  });
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  // What verifiers would refuse is not signed.
  readModelManifest(readStatementPayload(payload));
  const envelope = signEnvelope(payload, { payloadType: IN_TOTO_PAYLOAD_TYPE, privateKey });
  // The reference tool leaves the key id empty and names the key in the verification material.
  const signatures = envelope.signatures.map(({ sig }) => ({ sig, keyid: '' }));
  return { mediaType: BUNDLE_TYPE, verificationMaterial: material, dsseEnvelope: { ...envelope, signatures } };
}

function checkFiles(resources: Iterable<NamedDigest>): { files: ModelResource[]; algorithm: string } {
  const files = sortResources(checkNamedDigests(resources, 'INVALID_BUNDLE'));
  checkResourceNames(files);
  const [algorithm = '', ...others] = new Set(files.map(({ digest }) => digest.algorithm));
  if (others.length > 0) throw bundleReader.refuse('digests of several algorithms');
  if (!MODEL_ALGORITHMS.includes(algorithm)) throw bundleReader.refuse(`digests of ${algorithm}`);
  return { files, algorithm };
}

function materialOf({ privateKey, certificates }: SignModelOptions): VerificationMaterial {
  if (certificates === undefined) return { publicKey: { hint: keyHint(privateKey.publicKey) }, tlogEntries: [] };
  const chain = parseCertificates(certificates);
  if (!chain[0] || !belongsTo(chain[0], privateKey)) {
    throw new IntegrityError(
      'INVALID_OPTION',
      'Expected the certificate of the private key first, got that of another.',
    );
  }
  return {
    x509CertificateChain: { certificates: chain.map(({ raw }) => ({ rawBytes: toBase64(raw) })) },
    tlogEntries: [],
  };
}

function belongsTo(certificate: X509Certificate, { key }: PrivateKey): boolean {
  return certificate.checkPrivateKey(key);
}
