import {
  type PublicKey,
  type SignatureVerdict,
  type StatementVerification,
  type TrustedKey,
  verifyStatement,
} from '@x/integrity';
import type { ReleaseManifest } from './model.ts';
import { PROVENANCE_TYPE, provenanceSubjects } from './provenance.ts';

/** Whom to trust, and when. */
export interface SignatureTrust {
  readonly keys: readonly (PublicKey | TrustedKey)[];
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** What is known of a release's signature. */
export interface CheckedSignature {
  readonly status: 'passed' | 'failed' | 'unchecked';
  readonly detail: string;
  /** Ids of the trusted keys that have signed the release as it is. */
  readonly signedBy: readonly string[];
}

/** Checks whether trusted keys have signed the manifest as it is, and with it all that it names. */
export async function checkSignature(manifest: ReleaseManifest, trust: SignatureTrust): Promise<CheckedSignature> {
  const say = (status: CheckedSignature['status'], detail: string): CheckedSignature => ({
    status,
    detail,
    signedBy: [],
  });
  const { signature } = manifest;
  const { keys, nowMs } = trust;
  if (signature === undefined) {
    return keys.length === 0
      ? say('unchecked', 'the release is not signed')
      : say('failed', 'the release is not signed, and keys were given that should have signed it');
  }
  if (keys.length === 0)
    return say('unchecked', 'the release is signed, but no public key was given to check that with');
  try {
    const subject = await provenanceSubjects(manifest);
    const found = verifyStatement(signature, {
      subject,
      predicateType: PROVENANCE_TYPE,
      keys,
      now: new Date(nowMs),
    });
    if (!found.verified) return say('failed', reasonOf(found));
    const signedBy = found.signatures.filter(({ verdict }) => verdict === 'counts').map(({ keyId }) => keyId);
    return { status: 'passed', detail: `signed by ${signedBy.map(shortId).join(', ')}`, signedBy };
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message: string };
    if (code === 'INVALID_ENVELOPE' || code === 'INVALID_STATEMENT') return say('failed', message);
    throw error;
  }
}

function reasonOf({ problem, signatures, differences }: StatementVerification): string {
  switch (problem) {
    case 'other-payload-type':
      return 'what is signed is no statement about a release';
    case 'other-predicate-type':
      return 'what is signed is no provenance';
    case 'other-subject': {
      const names = differences.map(({ name, kind }) => `${name} is ${SAID[kind]}`);
      return `what is signed is another release than this one: ${names.join(', ')}`;
    }
    default:
      return `no trusted key has signed it: ${signatures.map(whyNot).join('; ')}`;
  }
}

const SAID = {
  missing: 'not in this one',
  unexpected: 'not in that one',
  changed: 'not the same',
  'not-comparable': 'signed with another digest',
} as const;

function whyNot({ keyId, verdict }: SignatureVerdict): string {
  const key = `the key ${shortId(keyId)}`;
  switch (verdict) {
    case 'revoked-key':
      return `${key} was revoked`;
    case 'key-not-yet-valid':
      return `${key} is not valid yet`;
    case 'key-no-longer-valid':
      return `${key} is no longer valid`;
    case 'bad-signature':
      return `${key} has not signed this`;
    default:
      return `${key} is not trusted`;
  }
}

const shortId = (id: string): string => `${id.slice(0, 16)}…`;
