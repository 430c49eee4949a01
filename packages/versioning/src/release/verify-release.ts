import type { PublicKey, TrustedKey } from '@x/integrity';
import { parseContents } from '../artifact/contents-text.ts';
import { shown, VersioningError } from '../errors.ts';
import { verifyTag } from '../git/verify-tag.ts';
import { checkSignature } from './check-signature.ts';
import { MOST_LIST_BYTES, type ReleaseContents } from './contents.ts';
import { manifestOfTag } from './git-work.ts';
import type { ReleaseManifest, ReleaseSummary } from './model.ts';
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
  /** The component whose history it stands in; `undefined` for the only one of a workspace. */
  readonly component: string | undefined;
  /** Reads the manifest, whose digest is checked with it. */
  readonly readManifest: () => Promise<ReleaseManifest>;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

/** Checks a release against what was signed and stored. Needs no network but for the storage. */
export async function verifyReleaseContent(
  sources: VerifySources,
  options: VerifyReleaseOptions,
): Promise<ReleaseVerification> {
  const { summary, contents, nowMs } = sources;
  const { version, manifest: digest, status } = summary;
  const about = { version, manifest: digest, isYanked: status === 'yanked' };
  const { signal, keys = [], checkout = false } = options;
  const checks: ReleaseCheck[] = [];
  const manifest = await checked(checks, 'manifest', async () => {
    const read = await sources.readManifest();
    refuseOther(read, sources);
    return { detail: `has the digest ${digest}`, value: read };
  });
  if (manifest === undefined) return { ...about, verdict: 'failed', checks, signedBy: [] };
  const { signedBy, ...found } = await checkSignature(manifest, { keys, nowMs });
  checks.push({ name: 'signature', ...found });
  await checkStored(checks, manifest, { contents, signal });
  checks.push(await checkTag(manifest, { digest, checkout, signal }));
  const hasFailed = checks.some((check) => check.status === 'failed');
  return { ...about, verdict: hasFailed ? 'failed' : signedBy.length > 0 ? 'verified' : 'unsigned', checks, signedBy };
}

/**
 * The history is not signed: what it says of a release, by which releases are listed and chosen, has to be what the manifest says. Nor is
 * the place of a manifest signed, so that one of another component could be put there.
 *
 * @throws {VersioningError} `RELEASE_DAMAGED`.
 */
function refuseOther(manifest: ReleaseManifest, sources: VerifySources): void {
  const { summary } = sources;
  const { artifact, changelog, source, signature, component } = manifest;
  if (component !== sources.component) {
    const [expected, got] = [sources.component, component].map((each) => each ?? 'the only component');
    throw otherThan('a release', `of ${expected}`, `one of ${got}`);
  }
  const said: Readonly<Partial<ReleaseSummary>> = {
    ...Object.fromEntries(SAME.map((name) => [name, manifest[name]])),
    size: artifact?.size ?? 0,
    commit: source.commit,
    leadTimeMs: changelog.leadTimeMs,
    isSigned: signature !== undefined,
  };
  for (const [name, value] of Object.entries(said) as [keyof ReleaseSummary, unknown][]) {
    if (summary[name] === value) continue;
    throw otherThan(`the history to have the ${name}`, shown(value), shown(summary[name]));
  }
}

const SAME = ['id', 'version', 'name', 'channel', 'preRelease', 'createdAt', 'createdBy', 'tag'] as const;

function otherThan(what: string, expected: string, got: string): VersioningError {
  return new VersioningError('RELEASE_DAMAGED', `Expected ${what} ${expected}, got ${got}`);
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

/** The last one is the storage's, for an object that is far from what it was. */
const FINDINGS: ReadonlySet<string> = new Set(['RELEASE_DAMAGED', 'INVALID_CONTENTS', 'TOO_LARGE']);

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
      const list = parseContents(await contents.read(artifact.contents, MOST_LIST_BYTES, signal));
      return { detail: `the list of its ${list.length} files has its digest`, value: undefined };
    });
  }
  if (sbom === undefined) return;
  await checked(checks, 'sbom', async () => {
    const components = billComponents(await contents.read(sbom, MOST_LIST_BYTES, signal));
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
  if (checkout === false) return say('unchecked', notLookedFor(tag));
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
    if (code === 'TAG_NOT_FOUND') return say('unchecked', `${tag} is not in this checkout: fetch the tags`);
    if (code === 'INVALID_OPTION') return say('failed', `${shown(tag)} is no name that a tag can have`);
    if (code === 'NOT_A_CHECKOUT') return say('unchecked', notLookedFor(tag));
    if (code === 'GIT_NOT_FOUND' || code === 'GIT_FAILED') return say('unchecked', message);
    throw error;
  }
}

const notLookedFor = (tag: string): string => `${tag} was not looked for: there is no checkout here`;
