import { readFile, realpath } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import { readChangelog } from '../changelog/read-changelog.ts';
import type { FileChange } from '../files/file-change.ts';
import { isThere } from '../files/is-there.ts';
import { readFileChanges } from '../files/read-file-changes.ts';
import { checkWorkspacePath } from '../files/workspace-file.ts';
import type { Checkout } from '../git/checkout.ts';
import { type CommitPlan, planCommit } from '../git/plan-commit.ts';
import { planIntentRemoval } from '../intents/plan-intent-removal.ts';
import type { PlannedRelease } from './plan.ts';
import type { UnreleasedChanges } from './read-changes.ts';
import { notesOf } from './release-notes.ts';
import type { KnownWorkspace } from './workspace.ts';

/** What the changes of files follow from. */
export interface FilesQuestion {
  readonly release: PlannedRelease;
  readonly changes: UnreleasedChanges;
  readonly repository?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The files that a release changes: the changelog, the version where it is written, and intents that are used up.
 *
 * @throws {VersioningError} `CHANGELOG_CONFLICT`, `INVALID_VERSION_FILE`, `UNSUITABLE_FILE`, `READ_FAILED`.
 */
export async function plannedFiles(
  workspace: KnownWorkspace,
  { release, changes, repository, signal }: FilesQuestion,
): Promise<readonly FileChange[]> {
  const { folder, changelog = 'CHANGELOG.md' } = workspace;
  const intents = await intentChanges(workspace, release, changes);
  const others = await readFileChanges({
    workspace: folder,
    version: release.version,
    release: notesOf(release),
    changelog: changelog === false ? undefined : changelog,
    versionFiles: workspace.versionFiles ?? (await usualVersionFiles(workspace)),
    repository,
    history: await historyOf(workspace, changelog, signal),
  });
  return [...others, ...intents];
}

/** npm's manifest, where it has a version, and npm's lockfiles, which repeat it. */
async function usualVersionFiles({ folder, manifest }: KnownWorkspace): Promise<readonly string[]> {
  if (manifest.version === undefined) return [];
  const lockfiles = await Promise.all(
    ['package-lock.json', 'npm-shrinkwrap.json'].map(async (name) =>
      (await isThere(join(folder, name))) ? [name] : [],
    ),
  );
  return ['package.json', ...lockfiles.flat()];
}

/** A changelog that is new begins with all versions before. */
async function historyOf(
  { folder, tagPrefix, paths, titles, types }: KnownWorkspace,
  changelog: string | false,
  signal: AbortSignal | undefined,
): ReturnType<typeof readChangelog> {
  if (changelog === false || (await isThere(join(folder, changelog)))) return [];
  const [_unreleased, ...history] = await readChangelog({ folder, tagPrefix, paths, titles, types, signal });
  return history;
}

async function intentChanges(
  { folder, component, types }: KnownWorkspace,
  { preRelease, channel }: PlannedRelease,
  { intents }: UnreleasedChanges,
): Promise<readonly FileChange[]> {
  const { remove, move, write } = planIntentRemoval(intents, {
    packages: component === undefined ? undefined : [component],
    channel: preRelease ? channel : undefined,
    types,
  });
  const textOf = (path: string): Promise<string> => readFile(join(folder, path), 'utf8');
  const changes = [
    ...remove.map(async (path) => [{ path, before: await textOf(path), after: undefined }]),
    ...move.map(async ({ from, to }) => {
      const text = await textOf(from);
      return [
        { path: from, before: text, after: undefined },
        { path: to, before: undefined, after: text },
      ];
    }),
    ...write.map(async ({ file, text }) => [{ path: file, before: await textOf(file), after: text }]),
  ];
  return (await Promise.all(changes)).flat();
}

/** What the release's commit is made for. */
export interface CommitQuestion {
  readonly checkout: Checkout;
  /** Relative to the root of the checkout. */
  readonly files: readonly FileChange[];
  readonly release: Pick<PlannedRelease, 'id' | 'createdAt'>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The same changes with paths from the root of the checkout: intents of a monorepo lie beside its packages, not in them.
 *
 * @throws {VersioningError} `UNSUITABLE_FILE` for one that is not in the checkout: in the middle of a release it would be in the way of going on and
 * of going back.
 */
export async function fromRoot(
  files: readonly FileChange[],
  { root, folder }: { readonly root: string; readonly folder: string },
): Promise<readonly FileChange[]> {
  // Git tells the root without links.
  const below = relative(root, await realpath(folder))
    .split(sep)
    .join('/');
  const moved = files.map((file) => ({ ...file, path: posix.join(below, file.path) }));
  for (const { path } of moved) checkWorkspacePath(path);
  return moved.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** The commit of a release: its files and nothing else. @throws {VersioningError} `DETACHED_HEAD`, `IDENTITY_MISSING`, `GIT_FAILED`. */
export async function plannedCommit({ checkout, files, release, signal }: CommitQuestion): Promise<CommitPlan> {
  return planCommit({
    checkout,
    files: files.map(({ path }) => path),
    message: commitMessage(release),
    dateMs: Date.parse(release.createdAt),
    signal,
  });
}

/** What a release's commit says. */
export const commitMessage = ({ id }: Pick<PlannedRelease, 'id'>): string => `chore(release): ${id}`;
