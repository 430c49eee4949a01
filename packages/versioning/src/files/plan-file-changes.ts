import type { ReleaseNotes } from '../changelog/changelog.ts';
import { PathSet } from '@x/integrity/archive';
import { shown, VersioningError } from '../errors.ts';
import type { FileChange } from './file-change.ts';
import { planChangelogFile, type PlanChangelogFileOptions } from './plan-changelog-file.ts';
import { planVersionFile } from './plan-version-file.ts';
import { checkWorkspacePath } from './workspace-file.ts';

/** What a release changes in a workspace. Paths are relative to it, with `/` between names. */
export interface FileChangesOptions extends PlanChangelogFileOptions {
  readonly version: string;
  /** What changed; it may be without a version yet. */
  readonly release: ReleaseNotes;
  /** The changelog that gets the version; it may be missing. */
  readonly changelog?: string | undefined;
  /** Files whose version is raised, as {@link planVersionFile} knows them. */
  readonly versionFiles?: readonly string[] | undefined;
  /** Files that go away; those that are gone already count as well. */
  readonly removed?: readonly string[] | undefined;
}

/**
 * The files that {@link planFileChanges} needs.
 *
 * @throws {VersioningError} `UNSUITABLE_FILE` for a path that leads elsewhere; `INVALID_OPTION` for one that is there twice.
 */
export function pathsOf({ changelog, versionFiles = [], removed = [] }: FileChangesOptions): string[] {
  const paths = [...(changelog === undefined ? [] : [changelog]), ...versionFiles, ...removed];
  const set = new PathSet();
  for (const path of paths) {
    checkWorkspacePath(path);
    const flaw = set.add(path, 'file');
    if (flaw === undefined) continue;
    throw new VersioningError('INVALID_OPTION', `Expected each file once, got ${shown(path)}, which ${flaw}`);
  }
  return paths;
}

/**
 * What a release changes, by path. Files that stay as they are are not in it.
 *
 * @param texts Each file of {@link pathsOf}, as it is; those that are missing have none.
 * @throws {VersioningError} those of `planChangelogFile` and `planVersionFile`; `READ_FAILED` for a version file that is missing;
 * `INVALID_OPTION` for notes of another version.
 */
export function planFileChanges(
  texts: ReadonlyMap<string, string | undefined>,
  options: FileChangesOptions,
): FileChange[] {
  const { version, release, changelog, versionFiles = [], removed = [] } = options;
  if (release.version !== undefined && release.version !== version) {
    throw new VersioningError('INVALID_OPTION', `Expected notes of ${version}, got those of ${release.version}`);
  }
  const changes = versionFiles.map((path): FileChange => {
    const before = texts.get(path);
    if (before === undefined) throw missing(path);
    return { path, before, after: planVersionFile(path, before, version) };
  });
  if (changelog !== undefined) {
    const before = texts.get(changelog);
    changes.push({ path: changelog, before, after: planChangelogFile(before, { ...release, version }, options) });
  }
  for (const path of removed) changes.push({ path, before: texts.get(path), after: undefined });
  return changes.filter(({ before, after }) => before !== after).toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function missing(path: string): VersioningError {
  return new VersioningError('READ_FAILED', `Expected a file with a version at ${path}, got none`, {
    hint: 'Check the path, which is relative to the workspace.',
  });
}
