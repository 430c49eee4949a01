import { mkdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PrivateKey } from '@x/integrity';
import { formatContents } from '../artifact/contents-text.ts';
import { createArtifact } from '../artifact/create-artifact.ts';
import type { ArtifactProgress } from '../artifact/model.ts';
import { VersioningError } from '../errors.ts';
import { createSbom } from '../sbom/create-sbom.ts';
import { readLockfile } from '../sbom/read-lockfile.ts';
import type { ReleaseContents } from './contents.ts';
import { canonicalBytes } from './manifest-bytes.ts';
import type { ReleaseManifest } from './model.ts';
import type { ReleasePlan } from './plan.ts';
import { signProvenance } from './provenance.ts';
import { billComponents } from './sbom-components.ts';
import type { StepResults } from './steps.ts';

/** What the steps that make a release's content work with. */
export interface StepWork {
  readonly run: string;
  readonly plan: ReleasePlan;
  readonly contents: ReleaseContents;
  readonly privateKey?: PrivateKey | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onArtifact?: ((progress: ArtifactProgress) => void) | undefined;
}

/** Where a run keeps what is not stored yet: a later attempt finds and removes it by the run's name. */
const scratchOf = (run: string): string => join(tmpdir(), `holdfast-release-${run}`);

/** Removes what a run may have left there. */
export async function clearScratch(run: string): Promise<void> {
  await rm(scratchOf(run), { recursive: true, force: true });
}

/** Packs the artefact and stores it with the list of its contents. */
export async function makeArtifact({
  run,
  plan: { artifact },
  contents,
  signal,
  onArtifact,
}: StepWork): Promise<StepResults['artifact']> {
  if (artifact === undefined) throw new Error('A release without artefact has no such step');
  const folder = scratchOf(run);
  await clearScratch(run);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const path = join(folder, artifact.name);
    const made = await createArtifact(artifact.files, path, { withDigests: true, signal, onProgress: onArtifact });
    const stored = { digest: `${made.digest}`, size: made.size };
    await contents.putFile(path, stored, signal);
    const list = await contents.put(new TextEncoder().encode(formatContents(made.contents)), signal);
    return { ...stored, contents: list };
  } finally {
    await clearScratch(run);
  }
}

/** Reads the lockfile, and writes and stores the bill. */
export async function makeSbom({ plan: { sbom, folder }, contents, signal }: StepWork): Promise<StepResults['sbom']> {
  if (sbom === undefined) throw new Error('A release without bill has no such step');
  const graph = await readLockfile(join(folder, sbom.folder), { file: sbom.file });
  const text = createSbom(graph, { ...sbom.options, format: sbom.format });
  const bytes = new TextEncoder().encode(text);
  return { ...(await contents.put(bytes, signal)), components: billComponents(bytes).length };
}

/** Signs and stores the manifest, which names all that was stored before. */
export async function makeManifest(
  { plan, contents, privateKey, signal }: StepWork,
  results: Partial<StepResults>,
): Promise<StepResults['manifest']> {
  const manifest = manifestOf(plan, results);
  const signature = await signatureOf(manifest, { plan, privateKey });
  const stored = await contents.put(canonicalBytes({ ...manifest, signature }), signal);
  return { ...stored, isSigned: signature !== undefined };
}

async function signatureOf(
  manifest: ReleaseManifest,
  { plan, privateKey }: Pick<StepWork, 'plan' | 'privateKey'>,
): Promise<ReleaseManifest['signature']> {
  if (plan.signedBy === undefined) return undefined;
  if (privateKey?.keyId === plan.signedBy) return signProvenance(manifest, privateKey);
  const got = privateKey === undefined ? 'none' : `the key ${privateKey.keyId.slice(0, 16)}…`;
  throw new VersioningError(
    'SIGNING_KEY_MISSING',
    `Expected the key ${plan.signedBy.slice(0, 16)}… to sign, got ${got}`,
    {
      hint: 'Give the same key as when the release was begun, or undo it and begin again.',
    },
  );
}

/** The manifest of a release whose artefact and bill are stored. */
function manifestOf(
  { release, basis, repository, artifact, sbom }: ReleasePlan,
  results: Partial<StepResults>,
): ReleaseManifest {
  const commit = results.commit?.commit ?? basis.commit;
  return {
    format: 'holdfast-release',
    formatVersion: 0,
    ...release,
    source: { commit, branch: basis.branch, repository, ...(basis.isDirty ? { dirty: true } : {}) },
    ...(artifact === undefined || results.artifact === undefined
      ? {}
      : {
          artifact: {
            name: artifact.name,
            ...results.artifact,
            buildId: artifact.buildId,
            commit,
            branch: basis.branch,
          },
        }),
    ...(sbom === undefined || results.sbom === undefined
      ? {}
      : { sbom: { name: sbom.name, format: sbom.format, ...results.sbom } }),
  };
}
