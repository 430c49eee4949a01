import type { X509Certificate } from 'node:crypto';
import { IntegrityError } from '../errors.ts';
import { parseCertificates } from './certificate.ts';
import { type CertificateProblem, type ChainOptions, judgeChain } from './certificate-chain.ts';
import { systemClock } from '../clock.ts';
import type { PublicKey } from './key.ts';
import { algorithmOf } from './key-algorithm.ts';
import { legacyEncoding } from './legacy-pae.ts';
import { keyHint, type ModelBundle, readBundle, type UncheckedBundle } from './model-bundle.ts';
import {
  bundleReader,
  LEGACY_MODEL_PREDICATE,
  MODEL_PREDICATE,
  type ModelManifest,
  readLegacyManifest,
  readModelManifest,
} from './model-manifest.ts';
import { checkNamedDigests, compareNamedDigests, type NamedDigest, type SubjectDifference } from './named-digest.ts';
import { preAuthEncoding } from './pae.ts';
import { checkMessage } from './raw-signature.ts';
import { IN_TOTO_PAYLOAD_TYPE, readStatementPayload } from './statement.ts';
import { checkTime, gatherKeys, judgeKey, type KeyVerdict, type RingKey, type TrustedKey } from './trusted-keys.ts';

/** Who is trusted to sign models. */
export interface ModelTrust {
  /** Keys that may sign. */
  readonly keys?: readonly (PublicKey | TrustedKey)[] | undefined;
  /** Certificates in PEM, one or more, of authorities whose signers may sign. Any signer: see `signer` in the result. */
  readonly roots?: string | Uint8Array | undefined;
  /** The time to judge by. Default: the system's. */
  readonly now?: Date | undefined;
  /**
   * When certificates must be valid: `now` (the default), or at the `issuance` of the signer's certificate, as the reference
   * tool has it. A bundle does not say when it was signed, so with `issuance` a certificate never ends.
   */
  readonly certificatesValidAt?: 'now' | 'issuance' | undefined;
  /** Takes bundles of model signing 0.2, too. Default `false`. */
  readonly legacy?: boolean | undefined;
}

/** Who has signed a model. */
export type ModelSigner =
  | { readonly method: 'key'; readonly keyId: string }
  | { readonly method: 'certificate'; readonly certificate: X509Certificate };

/** Why a bundle is not believed. */
export type ModelProblem =
  | CertificateProblem
  | 'unknown-key'
  | 'bad-signature'
  | Exclude<KeyVerdict, 'counts'>
  | 'other-payload-type'
  | 'other-predicate-type';

/** What `openModelBundle` returns: what was signed, and by whom, if that is believed. */
export type OpenedModelBundle =
  | { readonly authentic: true; readonly model: ModelManifest; readonly signer: ModelSigner }
  | { readonly authentic: false; readonly problem: ModelProblem };

/** Options of `verifyModel`. */
export interface VerifyModelOptions extends ModelTrust {
  /** What is there: all files of the model with digests that were computed now, by the algorithm that was signed. */
  readonly resources: Iterable<NamedDigest>;
}

/** What `verifyModel` found out. */
export interface ModelVerification {
  /** Whether the bundle is authentic and there are no differences. */
  readonly verified: boolean;
  readonly problem: ModelProblem | 'other-resources' | undefined;
  /** What was signed, once it is known to be authentic. */
  readonly model: ModelManifest | undefined;
  readonly signer: ModelSigner | undefined;
  readonly differences: readonly SubjectDifference[];
}

/**
 * Checks who has signed a bundle of OpenSSF model signing, and hands out the list of files that was signed only then. It says
 * nothing about the files that are there: compare them, or use `verifyModel`, which does.
 *
 * @throws {IntegrityError} `INVALID_BUNDLE`; `UNSUPPORTED_BUNDLE`; `INVALID_STATEMENT` for signed bytes that are not a statement;
 * `INVALID_CERTIFICATE` for `roots`; `INVALID_OPTION` for nobody to trust.
 */
export function openModelBundle(bundle: ModelBundle | string | Uint8Array, trust: ModelTrust): OpenedModelBundle {
  const trusted = gatherTrust(trust);
  const unchecked = readBundle(bundle);
  const judged =
    unchecked.signer.method === 'key' ? judgeKeys(unchecked, trusted) : judgeCertificate(unchecked, trusted);
  if (typeof judged === 'string') return { authentic: false, problem: judged };
  const { payload, payloadType } = unchecked.envelope;
  if (payloadType !== IN_TOTO_PAYLOAD_TYPE) return { authentic: false, problem: 'other-payload-type' };
  const statement = readStatementPayload(payload);
  const isLegacy = trusted.legacy && statement.predicateType === LEGACY_MODEL_PREDICATE;
  if (!isLegacy && statement.predicateType !== MODEL_PREDICATE) {
    return { authentic: false, problem: 'other-predicate-type' };
  }
  const model = isLegacy ? readLegacyManifest(statement) : readModelManifest(statement);
  return { authentic: true, model, signer: judged };
}

/**
 * Verifies the files of a model against its bundle: every file that was signed must be there with its digest, and no other.
 * `ignorePaths` of the bundle are not applied to the list: leave out what should be ignored.
 *
 * @throws {IntegrityError} As `openModelBundle`, and `INVALID_BUNDLE` for `resources` that are no list of unique names;
 * `INVALID_DIGEST`; `UNKNOWN_ALGORITHM`; `LEGACY_ALGORITHM`.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { digestFile, loadPublicKey, verifyModel } from '@x/integrity';
 *
 * const { verified, problem, differences } = verifyModel(await readFile('bert/model.sig'), {
 *   resources: [{ name: 'model.safetensors', digest: await digestFile('bert/model.safetensors') }],
 *   keys: [await loadPublicKey('publisher.pub')],
 * });
 * if (!verified) console.error(problem, differences);
 * ```
 */
export function verifyModel(
  bundle: ModelBundle | string | Uint8Array,
  { resources, ...trust }: VerifyModelOptions,
): ModelVerification {
  const actual = checkNamedDigests(resources, 'INVALID_BUNDLE');
  const opened = openModelBundle(bundle, trust);
  if (!opened.authentic) {
    return { verified: false, problem: opened.problem, model: undefined, signer: undefined, differences: [] };
  }
  const { model, signer } = opened;
  const signed = model.resources.map(({ name, digest }) => ({ name, digest: { [digest.algorithm]: digest.hex } }));
  const differences = compareNamedDigests(signed, actual);
  const verified = differences.length === 0;
  return { verified, problem: verified ? undefined : 'other-resources', model, signer, differences };
}

interface GatheredTrust {
  readonly keys: readonly RingKey[];
  readonly roots: readonly X509Certificate[];
  readonly now: Date;
  readonly atIssuance: boolean;
  readonly legacy: boolean;
}

function gatherTrust({
  keys = [],
  roots,
  now,
  certificatesValidAt = 'now',
  legacy = false,
}: ModelTrust): GatheredTrust {
  if (keys.length === 0 && roots === undefined) {
    throw new IntegrityError('INVALID_OPTION', 'Expected keys or roots to trust, got none.');
  }
  return {
    keys: keys.length === 0 ? [] : [...gatherKeys({ keys }).keys.values()],
    roots: roots === undefined ? [] : parseCertificates(roots),
    now: checkTime('now', now) ?? new Date(systemClock()),
    atIssuance: certificatesValidAt === 'issuance',
    legacy,
  };
}

function judgeKeys(bundle: UncheckedBundle, { keys, now, legacy }: GatheredTrust): ModelSigner | ModelProblem {
  const hint = bundle.signer.method === 'key' ? bundle.signer.hint : undefined;
  const candidates = keys.filter(({ publicKey }) => hint === undefined || hint === '' || keyHint(publicKey) === hint);
  if (candidates.length === 0) return 'unknown-key';
  const signer = candidates.find(({ publicKey }) => hasSigned(bundle, publicKey, legacy));
  if (signer === undefined) return 'bad-signature';
  const verdict = judgeKey(signer, now);
  return verdict === 'counts' ? { method: 'key', keyId: signer.publicKey.keyId } : verdict;
}

function judgeCertificate(bundle: UncheckedBundle, trust: GatheredTrust): ModelSigner | ModelProblem {
  const chain = bundle.signer.method === 'certificate' ? bundle.signer.chain : [];
  const [certificate] = chain;
  if (certificate === undefined) return 'untrusted-certificate';
  const at = trust.atIssuance ? certificate.validFromDate : trust.now;
  const problem = judgeSafely(chain, { roots: trust.roots, at });
  if (problem !== undefined) return problem;
  const { publicKey } = certificate;
  const algorithm = algorithmOf(publicKey);
  if (algorithm === undefined) return 'certificate-too-weak';
  return hasSigned(bundle, { key: publicKey, algorithm }, trust.legacy)
    ? { method: 'certificate', certificate }
    : 'bad-signature';
}

/** What is no certificate to node:crypto, or not in DER to us, is seen only when it is looked into. */
function judgeSafely(chain: readonly X509Certificate[], options: ChainOptions): CertificateProblem | undefined {
  try {
    return judgeChain(chain, options);
  } catch {
    throw bundleReader.refuse('a certificate that can not be read');
  }
}

function hasSigned(
  { envelope, sig }: UncheckedBundle,
  key: Pick<PublicKey, 'key' | 'algorithm'>,
  legacy: boolean,
): boolean {
  const { payload, payloadType } = envelope;
  if (checkMessage(preAuthEncoding(payloadType, payload), sig, key)) return true;
  if (!legacy) return false;
  // 0.2 hashed with SHA-256 for every curve; the compatibility of version 1 expects the curve's own hash. Both are taken.
  const message = legacyEncoding(payloadType, payload);
  return checkMessage(message, sig, key) || checkMessage(message, sig, key, { hash: 'sha256' });
}
