import type { PrivateKey } from './key.ts';
import { type DsseEnvelope, signEnvelope } from './envelope.ts';
import { checkNamedDigests, compareNamedDigests, type NamedDigest, type SubjectDifference } from './named-digest.ts';
import { IN_TOTO_PAYLOAD_TYPE, readStatementPayload, type Statement } from './statement.ts';
import type { TrustOptions } from './trusted-keys.ts';
import type { SignatureVerdict } from './verdict.ts';
import { verifyEnvelope } from './verify-envelope.ts';

/** Options of `signStatement`. */
export interface SignStatementOptions {
  /** The key to sign with, or several: each makes its own signature. */
  readonly privateKey: PrivateKey | readonly PrivateKey[];
}

/** Options of `verifyStatement`. */
export interface VerifyStatementOptions extends TrustOptions {
  /** What is there: the file, or all files of the folder, with digests that were computed now. */
  readonly subject: Iterable<NamedDigest>;
  /** The type of predicate that the caller knows how to read. */
  readonly predicateType: string;
}

/** What `verifyStatement` found out. */
export interface StatementVerification {
  /** Whether enough keys have signed, the predicate's type is the wanted one and there are no differences. */
  readonly verified: boolean;
  /** Why not. */
  readonly problem: 'too-few-signatures' | 'other-payload-type' | 'other-predicate-type' | 'other-subject' | undefined;
  /** What was signed; there once enough keys have signed it. */
  readonly statement: Statement | undefined;
  /** How the subject differs from what was signed. */
  readonly differences: readonly SubjectDifference[];
  readonly threshold: number;
  readonly counted: number;
  readonly signatures: readonly SignatureVerdict[];
}

/**
 * Signs a statement of `createStatement` in a DSSE envelope, the form that in-toto's other tools read.
 *
 * @throws {IntegrityError} `INVALID_STATEMENT` for what `verifyStatement` would refuse; `INVALID_INPUT` for a statement of more
 * than 64 MiB; `INVALID_OPTION` for no key.
 */
export function signStatement(statement: Statement, { privateKey }: SignStatementOptions): DsseEnvelope {
  const payload = new TextEncoder().encode(JSON.stringify(statement));
  // What verifiers would refuse is not signed.
  readStatementPayload(payload);
  return signEnvelope(payload, { payloadType: IN_TOTO_PAYLOAD_TYPE, privateKey });
}

/**
 * Verifies a signed statement against a file or against all files of a folder: every name that was signed must be there with
 * its digest, and no other. (in-toto itself matches subjects by digest alone; the name is compared as well, so that two files
 * can't be swapped.)
 *
 * @throws {IntegrityError} `INVALID_ENVELOPE`; `INVALID_STATEMENT` for signed bytes that are not a statement, and for a `subject`
 * that is no list of unique names; `INVALID_OPTION`; `INVALID_DIGEST`; `UNKNOWN_ALGORITHM`; `LEGACY_ALGORITHM`.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { digestFile, loadPublicKey, verifyStatement } from '@x/integrity';
 *
 * const { verified, problem, differences } = verifyStatement(await readFile('release.intoto.json'), {
 *   subject: [{ name: 'release.tar.gz', digest: await digestFile('release.tar.gz') }],
 *   predicateType: 'https://example.com/tested/v1',
 *   keys: [await loadPublicKey('release.pub')],
 * });
 * if (!verified) console.error(problem, differences);
 * ```
 */
export function verifyStatement(
  envelope: DsseEnvelope | string | Uint8Array,
  options: VerifyStatementOptions,
): StatementVerification {
  const actual = checkNamedDigests(options.subject, 'INVALID_STATEMENT');
  const result = verifyEnvelope(envelope, { ...options, payloadType: IN_TOTO_PAYLOAD_TYPE });
  const { threshold, counted, signatures } = result;
  const rest = { threshold, counted, signatures };
  if (!result.verified) {
    return { verified: false, problem: result.problem, statement: undefined, differences: [], ...rest };
  }
  const statement = readStatementPayload(result.payload);
  if (statement.predicateType !== options.predicateType) {
    return { verified: false, problem: 'other-predicate-type', statement, differences: [], ...rest };
  }
  const differences = compareNamedDigests(statement.subject, actual);
  const verified = differences.length === 0;
  return { verified, problem: verified ? undefined : 'other-subject', statement, differences, ...rest };
}
