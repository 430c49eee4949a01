import { VersioningError } from '../errors.ts';
import { planTag } from '../git/plan-tag.ts';
import { checkRemote } from '../git/ref-name.ts';
import { type Basis, readBasis, refuseTaken } from './basis.ts';
import { leadTimeMs, mergeSections, writtenEntry } from './changes.ts';
import type { HistoryState } from './history-state.ts';
import type { ReleaseChangelog } from './model.ts';
import { refuseUnfit } from './manifest-bytes.ts';
import { channelOf, isPreReleaseVersion, nextVersion, type NextVersion } from './next-version.ts';
import { currentUser } from './owner.ts';
import type { PlannedRelease, ReleasePlan } from './plan.ts';
import { plannedMigrations, plannedSbom } from './plan-content.ts';
import { fromRoot, plannedCommit, plannedFiles } from './plan-files.ts';
import type { PlanReleaseOptions } from './plan-options.ts';
import { plannedArtifact } from './planned-artifact.ts';
import { isPreRelease, readChanges, type UnreleasedChanges } from './read-changes.ts';
import { repositoryOf } from './repository.ts';
import { STEPS, type StepName } from './steps.ts';
import type { KnownWorkspace } from './workspace.ts';

/** What the manager knows when it plans. */
export interface PlanSources {
  readonly workspace: KnownWorkspace;
  readonly history: HistoryState;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Id of the key that will sign. */
  readonly signedBy?: string | undefined;
}

/** Everything about a release, decided. Nothing is written. */
export async function planRelease(sources: PlanSources, options: PlanReleaseOptions): Promise<ReleasePlan> {
  const { workspace, history, signedBy } = sources;
  const basis = await readBasis(workspace, history, options);
  const changes = await readChanges(workspace, basis, options);
  const chosen = chosenVersion(workspace, { latest: basis.latest, changes, options });
  refuseTaken(history, chosen.version);
  // Seconds are what git has.
  const createdMs = Math.floor(sources.nowMs / 1000) * 1000;
  const release = await plannedRelease(workspace, { basis, changes, chosen, createdMs, options });
  refuseUnfit(release);
  const { version, createdAt } = release;
  const { signal, buildId } = options;
  const repository = repositoryOf(workspace, basis.checkout);
  const { checkout } = basis;
  const changed =
    options.commit === false ? [] : await plannedFiles(workspace, { release, changes, repository, signal });
  const files = await fromRoot(changed, { root: checkout.root, folder: workspace.folder });
  const commit = files.length === 0 ? undefined : await plannedCommit({ checkout, files, release, signal });
  const plan = {
    format: 'holdfast-release-plan',
    formatVersion: 0,
    release,
    folder: workspace.folder,
    root: checkout.root,
    basis: { commit: checkout.commit, branch: checkout.branch, isDirty: checkout.isDirty },
    repository,
    files,
    commit,
    artifact: await plannedArtifact(workspace, { version, files: changed, buildId, signal }),
    sbom: await plannedSbom(workspace, { version, createdAt }),
    signedBy,
    ...(await plannedTag(workspace, { basis, release, hasCommit: commit !== undefined, options })),
  } as const;
  return { ...plan, steps: STEPS.filter((step) => isNeeded(step, plan)) };
}

interface VersionSources {
  readonly latest: string | undefined;
  readonly changes: UnreleasedChanges;
  readonly options: PlanReleaseOptions;
}

function chosenVersion(workspace: KnownWorkspace, { latest, changes, options }: VersionSources): NextVersion {
  const { version, bump, build, channel, preRelease } = options;
  const named = channel === 'stable' ? undefined : channel;
  if (channel === 'stable' && version !== undefined && isPreReleaseVersion(version)) throw notStable(version);
  return nextVersion({
    latest,
    causes: changes.causes,
    version,
    bump,
    build,
    // Without a name, pre-releases are those of the first channel that everybody knows.
    channel: named ?? (preRelease === true && version === undefined ? 'beta' : undefined),
    preMajor: workspace.preMajor,
    types: workspace.types,
    written: workspace.manifest.version,
  });
}

function notStable(version: string): VersioningError {
  return new VersioningError(
    'INVALID_OPTION',
    `Expected a version for everybody on the channel stable, got ${version}`,
    {
      hint: 'Leave the channel out, or take the part after the hyphen away.',
    },
  );
}

interface ReleaseSources {
  readonly basis: Basis;
  readonly changes: UnreleasedChanges;
  readonly chosen: NextVersion;
  readonly createdMs: number;
  readonly options: PlanReleaseOptions;
}

async function plannedRelease(
  workspace: KnownWorkspace,
  { basis, changes, chosen, createdMs, options }: ReleaseSources,
): Promise<PlannedRelease> {
  const { component, title, tagPrefix } = workspace;
  const { version, reason } = chosen;
  const { name = `${title} ${version}`, description = '', notes = '', createdBy = currentUser(), flags = {} } = options;
  return {
    id: component === undefined ? version : `${component}@${version}`,
    component,
    version,
    name,
    description,
    notes,
    preRelease: options.preRelease ?? (isPreRelease(options) || isPreReleaseVersion(version)),
    channel: options.channel ?? channelOf(version),
    createdAt: new Date(createdMs).toISOString(),
    createdBy,
    previous: basis.latest,
    reason,
    migrations: await plannedMigrations(workspace.folder, options),
    changelog: changelogOf(workspace, changes, { createdMs, entries: options.entries ?? [] }),
    flags,
    tag: options.tag === false ? undefined : `${tagPrefix}${version}`,
  };
}

function changelogOf(
  { titles }: KnownWorkspace,
  { sections, commits, commitTimes, since }: UnreleasedChanges,
  { createdMs, entries }: { readonly createdMs: number; readonly entries: readonly string[] },
): ReleaseChangelog {
  return {
    since,
    commits,
    leadTimeMs: leadTimeMs(commitTimes, createdMs),
    sections: mergeSections(entries.map(writtenEntry), sections, titles).map((section) => ({
      title: section.title,
      entries: section.entries.map(({ text, scope, hash, isBreaking }) => ({
        text,
        scope,
        commit: hash,
        // What is not so need not be said.
        breaking: isBreaking ? true : undefined,
      })),
    })),
  };
}

interface TagSources {
  readonly basis: Basis;
  readonly release: PlannedRelease;
  readonly hasCommit: boolean;
  readonly options: PlanReleaseOptions;
}

async function plannedTag(
  { remote, signsTags = false }: KnownWorkspace,
  { basis, release, hasCommit, options }: TagSources,
): Promise<Pick<ReleasePlan, 'tag' | 'push'>> {
  const { tag: name, createdAt } = release;
  if (name === undefined) return {};
  const { checkout } = basis;
  const message = [release.name, ...(release.notes.trim() === '' ? [] : [release.notes.trim()])].join('\n\n');
  // What stands in the way of the tag is told now, before anything is done.
  const { allowDirty, signal } = options;
  const dateMs = Date.parse(createdAt);
  await planTag({ checkout, name, message, dateMs, sign: signsTags, allowDirty, signal });
  const tag = { name, message, isSigned: signsTags };
  if (remote === undefined) return { tag };
  await checkRemote(remote, { folder: checkout.root, signal });
  return { tag, push: { remote, branch: hasCommit ? checkout.branch : undefined, tag: name } };
}

/** Whether a release has a step. */
export function isNeeded(step: StepName, plan: Omit<ReleasePlan, 'steps'>): boolean {
  switch (step) {
    case 'files':
    case 'commit':
      return plan.commit !== undefined;
    case 'artifact':
      return plan.artifact !== undefined;
    case 'sbom':
      return plan.sbom !== undefined;
    case 'tag':
      return plan.tag !== undefined;
    case 'rehearse':
    case 'push':
      return plan.push !== undefined;
    case 'manifest':
    case 'publish':
      return true;
  }
}
