import type { PublicKey, TrustedKey } from '@x/integrity';
import { verifyStatement } from '@x/integrity';
import { VersioningError } from '../errors.ts';
import { verifyTag } from '../git/verify-tag.ts';
import { parseContents } from '../artifact/contents-text.ts';
import type { ReleaseContents } from './contents.ts';
import { manifestOfTag } from './git-work.ts';
import type { ReleaseManifest, ReleaseSummary } from './model.ts';
import { PROVENANCE_TYPE, provenanceSubjects } from './provenance.ts';
import { billComponents } from './sbom-components.ts';

/** What is looked at. */
export type ReleaseCheckName = 'manifest' | 'signature' | 'artifact' | 'contents' | 'sbom' | 'tag';

/** What came of one look. */
export interface ReleaseCheck {
  readonly name: ReleaseCheckName;
  readonly status: 'passed' | 'failed' | 'unchecked';
  /** For people: what was found, or why nothing could be. */
  readonly detail: string;
}

/** What `verifyRelease` found. */
export interface ReleaseVerification {
  readonly version: string;
  /** Digest of the manifest. */
  readonly manifest: string;
  /**
   * `verified`: signed by a trusted key, and everything is as it was signed. `unsigned`: everything is as it was stored, but nobody vouches for
   * it who is trusted here. `failed`: something is not what it should be.
   */
  readonly verdict: 'verified' | 'unsigned' | 'failed';
  readonly checks: readonly ReleaseCheck[];
  /** Ids of the trusted keys that have signed. */
  readonly signedBy: readonly string[];
  /** A yanked release can be verified; nobody should use it. */
  readonly isYanked: boolean;
}

/** Options of `verifyRelease`. */
export interface VerifyReleaseOptions {
  /** Public keys to trust. Without any, signatures are not checked. */
  readonly keys?: readonly (PublicKey | TrustedKey)[] | undefined;
  /** A checkout whose tag is compared. Default: that of the workspace; `false`: none. */
  readonly checkout?: string | false | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a verification works with. */
export interface VerifySources {
  readonly summary: ReleaseSummary;
  readonly contents: ReleaseContents;
  /** Reads the manifest, whose digest is checked with it. */
  readonly readManifest: () => Promise<ReleaseManifest>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** The largest list of contents and bill that is read into memory. */
const MOST_BYTES = 256 * 1024 * 1024;

/** Checks a release against what was signed and stored. Needs no network but for the storage. */
export async function verifyReleaseContent(
  { summary, contents, readManifest, nowMs }: VerifySources,
  options: VerifyReleaseOptions,
): Promise<ReleaseVerification> {
  const checks: ReleaseCheck[] = [];
  const { version, manifest: digest, status } = summary;
  const about = { version, manifest: digest, isYanked: status === 'yanked' };
  const { signal, keys = [], checkout = false } = options;
  const manifest = await checked(checks, 'manifest', async () => {
    const read = await readManifest();
    return { detail: `has the digest ${digest}`, value: read };
  });
  if (manifest === undefined) return { ...about, verdict: 'failed', checks, signedBy: [] };
  const signedBy = await checkSignature(checks, manifest, { keys, nowMs });
  await checkStored(checks, manifest, { contents, signal });
  checks.push(await checkTag(manifest, { digest, checkout, signal }));
  const hasFailed = checks.some((check) => check.status === 'failed');
  return { ...about, verdict: hasFailed ? 'failed' : signedBy.length > 0 ? 'verified' : 'unsigned', checks, signedBy };
}

interface Looked<T> {
  readonly detail: string;
  readonly value: T;
}

/** Notes what came of a look. What is wrong with the release is a finding; any other failure is one of its own. */
async function checked<T>(
  checks: ReleaseCheck[],
  name: ReleaseCheckName,
  look: () => Promise<Looked<T>>,
): Promise<T | undefined> {
  try {
    const { detail, value } = await look();
    checks.push({ name, status: 'passed', detail });
    return value;
  } catch (error) {
    const code = (error as Partial<VersioningError>).code ?? '';
    if (!FINDINGS.has(code)) throw error;
    checks.push({ name, status: 'failed', detail: (error as Error).message });
    return undefined;
  }
}

const FINDINGS: ReadonlySet<string> = new Set(['RELEASE_DAMAGED', 'INVALID_CONTENTS']);

async function checkSignature(
  checks: ReleaseCheck[],
  manifest: ReleaseManifest,
  { keys, nowMs }: { readonly keys: readonly (PublicKey | TrustedKey)[]; readonly nowMs: number },
): Promise<readonly string[]> {
  const note = (status: ReleaseCheck['status'], detail: string): void => {
    checks.push({ name: 'signature', status, detail });
  };
  const { signature } = manifest;
  if (signature === undefined) {
    if (keys.length === 0) note('unchecked', 'the release is not signed');
    else note('failed', 'the release is not signed, and keys were given that should have signed it');
    return [];
  }
  if (keys.length === 0) {
    note('unchecked', 'the release is signed, but no public key was given to check that with');
    return [];
  }
  const found = await verifiedStatement(manifest, { keys, nowMs });
  note(found.signedBy.length > 0 ? 'passed' : 'failed', found.detail);
  return found.signedBy;
}

async function verifiedStatement(
  manifest: ReleaseManifest,
  { keys, nowMs }: { readonly keys: readonly (PublicKey | TrustedKey)[]; readonly nowMs: number },
): Promise<{ readonly signedBy: readonly string[]; readonly detail: string }> {
  try {
    const result = verifyStatement(manifest.signature ?? '', {
      subject: await provenanceSubjects(manifest),
      predicateType: PROVENANCE_TYPE,
      keys,
      now: new Date(nowMs),
    });
    if (!result.verified) return { signedBy: [], detail: SAID[result.problem ?? ''] ?? 'the signature is none' };
    const signedBy = result.signatures.filter(({ verdict }) => verdict === 'counts').map(({ keyId }) => keyId);
    return { signedBy, detail: `signed by ${signedBy.map((id) => `${id.slice(0, 16)}…`).join(', ')}` };
  } catch (error) {
    const code = (error as { readonly code?: unknown }).code;
    if (code === 'INVALID_ENVELOPE' || code === 'INVALID_STATEMENT')
      return { signedBy: [], detail: (error as Error).message };
    throw error;
  }
}

const SAID: Readonly<Record<string, string>> = {
  'too-few-signatures': 'no trusted key has signed it',
  'other-payload-type': 'what is signed is no statement about a release',
  'other-predicate-type': 'what is signed is no provenance',
  'other-subject': 'what is signed is another release than this one: its manifest, artefact or bill was changed',
};

async function checkStored(
  checks: ReleaseCheck[],
  { artifact, sbom }: ReleaseManifest,
  { contents, signal }: { readonly contents: ReleaseContents; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  if (artifact !== undefined) {
    await checked(checks, 'artifact', async () => {
      await contents.check(artifact, signal);
      return { detail: `${artifact.name} has the digest ${artifact.digest}`, value: undefined };
    });
    await checked(checks, 'contents', async () => {
      const list = parseContents(await contents.read(artifact.contents, MOST_BYTES, signal));
      return { detail: `the list of its ${list.length} files has its digest`, value: undefined };
    });
  }
  if (sbom === undefined) return;
  await checked(checks, 'sbom', async () => {
    const components = billComponents(await contents.read(sbom, MOST_BYTES, signal));
    if (components.length !== sbom.components) throw otherBill(sbom.components, components.length);
    return {
      detail: `${sbom.name} has the digest ${sbom.digest}, and ${components.length} components`,
      value: undefined,
    };
  });
}

function otherBill(expected: number, got: number): VersioningError {
  return new VersioningError('RELEASE_DAMAGED', `Expected a bill of ${expected} components, got ${got}`);
}

async function checkTag(
  { tag, source }: ReleaseManifest,
  {
    digest,
    checkout,
    signal,
  }: { readonly digest: string; readonly checkout: string | false; readonly signal?: AbortSignal | undefined },
): Promise<ReleaseCheck> {
  const say = (status: ReleaseCheck['status'], detail: string): ReleaseCheck => ({ name: 'tag', status, detail });
  if (tag === undefined) return say('unchecked', 'the release has no tag');
  if (checkout === false) return say('unchecked', `${tag} was not looked for: there is no checkout here`);
  try {
    const found = await verifyTag({ folder: checkout, name: tag, commit: source.commit, signal });
    if (!found.isAnnotated) return say('failed', `${tag} is a lightweight tag, which a release does not have`);
    if (!found.isOnCommit) return say('failed', `${tag} is on ${found.commit ?? 'no commit'}, not on ${source.commit}`);
    const named = manifestOfTag(found.message);
    if (named !== digest) return say('failed', `${tag} names ${named ?? 'no release'}, not this one`);
    const { status, reason } = found.signature;
    if (status === 'invalid') return say('failed', `the signature of ${tag} does not hold: ${reason}`);
    const signed =
      status === 'absent' ? '' : status === 'valid' ? ', signed' : `; its signature was not checked: ${reason}`;
    return say('passed', `${tag} is on ${found.commit?.slice(0, 12)} and names this release${signed}`);
  } catch (error) {
    const { code, message } = error as VersioningError;
    if (!['TAG_NOT_FOUND', 'GIT_NOT_FOUND', 'GIT_FAILED'].includes(code)) throw error;
    return say('unchecked', code === 'TAG_NOT_FOUND' ? `${tag} is not in this checkout: fetch the tags` : message);
  }
}
