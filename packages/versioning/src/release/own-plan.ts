import { posix, relative, resolve, sep } from 'node:path';
import { realpath } from 'node:fs/promises';
import { VersioningError } from '../errors.ts';
import { normalMessage } from '../git/message.ts';
import { readCheckout } from '../git/read-checkout.ts';
import { refuseUnfit } from './manifest-bytes.ts';
import type { ReleasePlan } from './plan.ts';
import { commitMessage } from './plan-files.ts';
import { isNeeded } from './plan-release.ts';
import { plannedArtifact } from './planned-artifact.ts';
import type { RunState } from './run-journal.ts';
import { type StepResults, STEPS } from './steps.ts';
import type { KnownWorkspace } from './workspace.ts';

/** What a run is held against. */
export interface OwnPlanQuestion {
  readonly workspace: KnownWorkspace;
  /** What the history says that the run has claimed. */
  readonly version: string;
  /** Whether the run is to be undone: then nothing is packed any more. */
  readonly isUndoing: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A run as this checkout may carry it out. Its journal lies in a storage that others write to, so a plan is a proposal: folders are those of here,
 * whatever it says, and of everything else only what a release of this workspace could have planned is done.
 *
 * @throws {VersioningError} `FOREIGN_PLAN` for what it could not have planned; `INVALID_OPTION` for a manifest that is none; those of a checkout.
 */
export async function ownState(state: RunState, question: OwnPlanQuestion): Promise<RunState> {
  const { workspace, version, isUndoing, signal } = question;
  const { root } = await readCheckout({ folder: workspace.folder, signal });
  const { plan } = state;
  const below = relative(root, await realpath(workspace.folder))
    .split(sep)
    .join('/');
  hold(plan.release.version === version, 'another version');
  hold(isGit(plan), 'a commit that is none of a release');
  hold(isResult(state.results), 'results that no step has');
  hold(
    plan.files.every(({ path }) => isReleased(path, workspace, below)),
    'files that no release changes',
  );
  hold(isTagged(plan, workspace), 'another tag');
  refuseUnfit(plan.release);
  const own: ReleasePlan = {
    ...plan,
    root,
    folder: workspace.folder,
    commit: plan.commit && { ...plan.commit, root },
    artifact: plan.artifact && { ...plan.artifact, files: { ...plan.artifact.files, folder: packedFolder(workspace) } },
  };
  const results = isUndoing ? state.results : withoutUnsigned(state.results, plan);
  if (!isUndoing && results.artifact === undefined) await holdArtifact(own, workspace, signal);
  hold(isUndoing || results.sbom !== undefined || isBilled(own, workspace), 'another bill of materials');
  return { ...state, results, plan: { ...own, steps: STEPS.filter((step) => isNeeded(step, own)) } };
}

const HASH = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** One name, which leads nowhere and is no option. */
const FILE_NAME = /^[A-Za-z0-9_][A-Za-z0-9._+-]*$/;

/** Whatever is handed to git is what it seems to be. */
function isGit({ basis, commit, files, release }: ReleasePlan): boolean {
  if (!HASH.test(basis.commit)) return false;
  if (commit === undefined) return files.length === 0;
  const { parent, branch, message, signing } = commit;
  return (
    parent === basis.commit &&
    branch === basis.branch &&
    message === normalMessage(commitMessage(release)) &&
    signing?.key === undefined &&
    commit.files.join('\0') === files.map(({ path }) => path).join('\0')
  );
}

function isResult({ commit, artifact, sbom, manifest, tag }: Partial<StepResults>): boolean {
  const hashes = [commit?.commit, tag?.object].filter((each) => each !== undefined);
  const stored = [artifact, artifact?.contents, sbom, manifest].filter((each) => each !== undefined);
  return hashes.every((hash) => HASH.test(hash)) && stored.every(({ digest }) => DIGEST.test(digest));
}

/** What has yet to be signed is packed again: a key vouches for what was made here, not for what a journal says. */
function withoutUnsigned(results: Partial<StepResults>, { signedBy }: ReleasePlan): Partial<StepResults> {
  if (signedBy === undefined || results.manifest !== undefined) return results;
  const { artifact: _artifact, sbom: _sbom, ...kept } = results;
  return kept;
}

/** Npm's files are those that a workspace has without saying so. */
const USUAL_FILES: readonly string[] = ['package.json', 'package-lock.json', 'npm-shrinkwrap.json'];

function isReleased(path: string, workspace: KnownWorkspace, below: string): boolean {
  const { changelog = 'CHANGELOG.md', versionFiles = USUAL_FILES, intents } = workspace;
  const at = (inner: string): string => posix.join(below, inner.split(sep).join('/'));
  if (changelog !== false && path === at(changelog)) return true;
  if (versionFiles.some((file) => path === at(file))) return true;
  return intents !== undefined && path.startsWith(`${at(intents)}/`) && path.endsWith('.md');
}

function isTagged({ release, tag, push, basis }: ReleasePlan, { tagPrefix }: KnownWorkspace): boolean {
  const name = tag === undefined ? undefined : `${tagPrefix}${release.version}`;
  if (release.tag !== name || tag?.name !== name) return false;
  return push === undefined || (push.tag === name && (push.branch === undefined || push.branch === basis.branch));
}

const packedFolder = ({ folder, artifact }: KnownWorkspace): string =>
  resolve(folder, (artifact === false ? undefined : artifact?.folder) ?? '.');

/** A secret that git ignores does not get into an artefact because a plan names it. */
async function holdArtifact(
  { artifact, files, root, release, folder }: ReleasePlan,
  workspace: KnownWorkspace,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (artifact === undefined) return;
  const changed = files.map((file) => ({ ...file, path: relative(folder, resolve(root, file.path)) }));
  const now = await plannedArtifact(workspace, { version: release.version, files: changed, signal });
  const known = new Set(now?.files.entries.map(({ path }) => path));
  hold(FILE_NAME.test(artifact.name), 'an artefact with another name');
  hold(
    artifact.files.entries.every(({ path }) => known.has(path)),
    'files that no artefact has now',
  );
}

function isBilled({ sbom }: ReleasePlan, workspace: KnownWorkspace): boolean {
  if (sbom === undefined) return true;
  if (workspace.sbom === false) return false;
  const { folder = '.', file } = workspace.sbom ?? {};
  return FILE_NAME.test(sbom.name) && sbom.folder === folder && sbom.file === file;
}

function hold(isOwn: boolean, got: string): void {
  if (!isOwn) throw foreignPlan(got);
}

/** The error of a plan that no release of this workspace could have. */
export function foreignPlan(got: string): VersioningError {
  return new VersioningError('FOREIGN_PLAN', `Expected the plan of a release of this workspace, got one with ${got}`, {
    hint: 'The configuration is another one than when it was begun, or somebody else has written to the storage. Look at the run before anything else.',
  });
}
