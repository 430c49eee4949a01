import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailure } from '../../artifact/file-failure.ts';
import type { ArtifactWork } from '../../artifact/model.ts';
import { shown, VersioningError } from '../../errors.ts';
import { syncFolder } from '../../files/replace-file.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { applyEnv } from '../layout/apply-env.ts';
import type { DeployLayout } from '../layout/model.ts';
import { type EnvPlan, planEnv } from '../layout/plan-env.ts';
import { demandLayout } from '../layout/plan-layout.ts';
import { buildingFolder, isBuilding, releaseFolder, versionName } from '../layout/release-name.ts';
import { isFolderThere, readCurrent } from '../switch/read-current.ts';
import { type InstallOptions, runInstall, type RunInstallOptions } from './install.ts';
import { listStaged } from './list-staged.ts';
import { PreviousFiles } from './previous-files.ts';
import { withSource } from './open-source.ts';
import { besideLinks, checkTargets, makeLinks } from './shared-links.ts';
import type { StageContent, StageSource } from './source.ts';
import { digestOfStaged, type StagedEntry } from './staged-entry.ts';
import { readStaged, readStagedEntries, type Reuse, type StagedRelease, writeStaged } from './staged-record.ts';
import { syncTree } from './sync-tree.ts';
import { beginInstall, discard, endInstall, installing, REMOVAL } from './unfinished.ts';
import { type WrittenFiles, writeFiles } from './write-files.ts';

/** More than any file system's clock needs to go on. */
const TICK_NS = 100_000_000n;

/** Options of {@link stageRelease}. */
export interface StageOptions extends ArtifactWork {
  readonly version: string;
  readonly content: StageContent;
  /** The release that unchanged files are taken from. Default: the current one. `false`: none. */
  readonly previous?: string | false | undefined;
  /** How they are taken. `auto`: as clones where the file system has them, else as hard links, unless something is installed, which might write to them. `hard-links`: these also then. Default: `auto`. */
  readonly reuse?: 'auto' | 'hard-links' | 'none' | undefined;
  /** Installs what the release depends on. */
  readonly install?: InstallOptions | undefined;
  /** Patterns of `gitignore(5)`, seen from the top. For folders added to `/db/`, `/media/`, `/logs/`, `/venv/`, `/.venv/` and `/node_modules/`, of which `!/media/` takes one back. */
  readonly exclude?: readonly string[] | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Puts the files of a release on this machine, with links into `shared/`, its `.env` and what its install command brings. It is built beside its place and appears there when all of it is on disk and
 * written down (with an install command, before that is run in its place, and marked as unfinished); a process that is killed leaves what the next call removes. Hold the lock of the deployment meanwhile.
 *
 * A version that was staged from the same content already is left as it is; a `.env` of the content is left out, as the one of a release is generated.
 *
 * @throws {VersioningError} `TARGET_EXISTS` for a version that was staged from other content; `LAYOUT_BLOCKED` where something is in the place of a link; `INSTALL_FAILED` with what the
 * command said last; `LAYOUT_MISSING`, `INVALID_ENV_FILE`, `INVALID_OPTION`, `INVALID_VERSION`, and what `extractArtifact` and `planArtifact` throw.
 * @example
 * ```ts
 * import { deployLayout, stageRelease } from '@x/versioning/deploy';
 *
 * const layout = deployLayout({ root: '/srv/shop' });
 * const content = { kind: 'folder', path: 'build' } as const;
 * const staged = await stageRelease(layout, { version: '1.0.5', content, install: { command: ['npm', 'ci'] } });
 * console.log(staged.contents, staged.files, staged.reuse, staged.reusedBytes);
 * ```
 */
export async function stageRelease(layout: DeployLayout, options: StageOptions): Promise<StagedRelease> {
  await demandLayout(layout);
  const version = versionName(options.version);
  await removeUnfinished(layout);
  const { content, exclude = [], signal } = options;
  return withSource(content, { exclude, signal }, async (source) => {
    const there = await stagedBefore(layout, version, source);
    if (there !== undefined) return there;
    try {
      return await build(layout, source, { ...options, version });
    } catch (error) {
      // Where that fails too, the next staging does it, and what went wrong first is told.
      await discard(layout, version).catch(() => undefined);
      throw error;
    }
  });
}

/** Takes away releases that were not finished, and those that were not wholly removed, as staging does first. Hold the lock. @throws {VersioningError} `WRITE_FAILED`. */
export async function removeUnfinished(layout: DeployLayout): Promise<void> {
  for (const version of await installing(layout)) await discard(layout, version);
  for (const name of (await readdir(layout.releases)).filter(isBuilding)) {
    const path = join(layout.releases, name);
    await rm(path, REMOVAL).catch((cause: unknown) => {
      throw fileFailure('WRITE_FAILED', 'a folder that can be removed', { path, cause });
    });
  }
}

async function build(layout: DeployLayout, source: StageSource, options: StageOptions): Promise<StagedRelease> {
  const { version, install, signal, clock = systemClock } = options;
  const [folder, building] = [releaseFolder(layout, version), buildingFolder(layout, version)];
  // All that may be refused is looked at before the first byte is written.
  const entries = besideLinks(layout, source.entries);
  const env = await planEnv(layout);
  const missing = await checkTargets(layout);
  const previous = await previousFiles(layout, options);
  const written = await writeFiles(building, { source, entries, previous, work: options });
  await makeLinks(layout, building);
  await applyEnv(building, env);
  const before = await settledAt(building);
  const place = install === undefined ? building : folder;
  const log = install === undefined ? undefined : await installInPlace(layout, env, { ...install, version, signal });
  await demandUndamaged(previous, version);
  const files = await listStaged(place, { signal, known: (entry) => written.digestOf(entry, before) });
  const staged: StagedRelease = {
    version,
    folder,
    contents: digestOfStaged(files),
    source: sourceDigest(source, written),
    files: files.length,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    reuse: previous?.way ?? 'none',
    reusedFiles: written.reusedFiles,
    reusedBytes: written.reusedBytes,
    stagedAt: new Date(clock()).toISOString(),
    missing,
    log,
  };
  await finish(layout, staged, files);
  return staged;
}

/** What was written before this, in nanoseconds since 1970, has another time when it is written again. The `.env` was written last. */
async function settledAt(building: string): Promise<bigint> {
  const { mtimeNs } = await lstat(join(building, '.env'), { bigint: true });
  return mtimeNs - TICK_NS;
}

async function demandUndamaged(previous: PreviousFiles | undefined, version: string): Promise<void> {
  const damaged = await previous?.damaged();
  if (damaged === undefined) return;
  throw new VersioningError(
    'INSTALL_FAILED',
    `Expected the install command of ${version} to write to no file that it shares with the release before, got ${shown(damaged)}`,
    { hint: 'That file of the release before is changed now. Stage both again, without `reuse: "hard-links"`.' },
  );
}

/** What is installed often has the whole path of its place in it (programs of Python environments do), so it is installed where it will be; a mark says meanwhile that it is not finished. */
async function installInPlace(layout: DeployLayout, env: EnvPlan, install: RunInstallOptions): Promise<string> {
  const { version } = install;
  const folder = releaseFolder(layout, version);
  await beginInstall(layout, version);
  await appear(layout, version);
  const log = await runInstall(layout, folder, install);
  // The command may have made one of an example.
  await applyEnv(folder, env);
  return log;
}

/** From here on it is staged, or, after a kill, not at all. */
async function finish(layout: DeployLayout, staged: StagedRelease, files: readonly StagedEntry[]): Promise<void> {
  const { version, log } = staged;
  await syncTree(log === undefined ? buildingFolder(layout, version) : staged.folder);
  await writeStaged(layout, staged, files);
  await (log === undefined ? appear(layout, version) : endInstall(layout, version));
}

/** Puts what was built under the name of the release. */
async function appear(layout: DeployLayout, version: string): Promise<void> {
  const folder = releaseFolder(layout, version);
  try {
    await rename(buildingFolder(layout, version), folder);
    await syncFolder(layout.releases);
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'a folder that can be put in its place', { path: folder, cause });
  }
}

async function previousFiles(
  layout: DeployLayout,
  { previous, reuse = 'auto', install }: StageOptions,
): Promise<PreviousFiles | undefined> {
  if (previous === false || reuse === 'none') return undefined;
  const current = await readCurrent(layout);
  const version = previous ?? (current.kind === 'release' ? current.version : undefined);
  const entries = version === undefined ? undefined : await readStagedEntries(layout, version);
  if (version === undefined || entries === undefined) return undefined;
  const mayLink = install === undefined || reuse === 'hard-links';
  const ways: readonly Exclude<Reuse, 'none'>[] = mayLink ? ['clones', 'hard-links'] : ['clones'];
  return new PreviousFiles(releaseFolder(layout, version), entries, ways);
}

/** What was staged of the same content. @throws {VersioningError} `TARGET_EXISTS` when it was another. */
async function stagedBefore(
  layout: DeployLayout,
  version: string,
  source: StageSource,
): Promise<StagedRelease | undefined> {
  const folder = releaseFolder(layout, version);
  if (!(await isFolderThere(folder))) return undefined;
  const staged = await readStaged(layout, version);
  if (staged !== undefined && staged.source === (await expectedSource(source))) return staged;
  throw new VersioningError(
    'TARGET_EXISTS',
    `Expected no release ${version} at ${folder}, or one of the same content, got another`,
    {
      hint: 'A release never changes: give what is new another version, or remove the old one first.',
    },
  );
}

const sourceDigest = (source: StageSource, written: WrittenFiles): string =>
  source.digest ?? digestOfStaged(written.entries);

async function expectedSource(source: StageSource): Promise<string> {
  if (source.digest !== undefined) return source.digest;
  const entries: StagedEntry[] = [];
  for (const { path, kind, size, executable, ...entry } of source.entries) {
    if (kind === 'directory') continue;
    const digest = await source.digestOf({ path, kind, size, executable, ...entry });
    entries.push({ path, kind, size, executable, digest });
  }
  return digestOfStaged(entries);
}
