import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { comparePaths } from '../../artifact/path-order.ts';
import { VersioningError } from '../../errors.ts';
import type { DeployLayout } from '../layout/model.ts';
import { releaseFolder, versionName } from '../layout/release-name.ts';
import { isFolderThere } from '../switch/read-current.ts';
import { listStaged } from './list-staged.ts';
import type { StagedEntry } from './staged-entry.ts';
import { readStagedEntries } from './staged-record.ts';

/** The digest of a file that need not be read. */
const UNREAD = 'unread';

/** What is not as it was staged. */
export interface StagedDifference {
  readonly path: string;
  /** `added` is usually what the release has written beside its files since, such as a cache: no reason not to activate it. `mode`: who may run it, or read the `.env`. */
  readonly kind: 'changed' | 'missing' | 'added' | 'mode';
}

/** Options of {@link checkStaged}. */
export interface CheckStagedOptions {
  /** Reads no contents, but compares sizes and times: for looking often. Default: everything is read. */
  readonly quick?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares the files of a release with the list that was written down when it was staged. Links are compared by where they lead; what lies in `shared/` is not looked at.
 *
 * @returns The differences in the order of paths; none when it is as it was.
 * @throws {VersioningError} `NOT_STAGED`, `INVALID_DEPLOY_RECORD`, `READ_FAILED`, `INVALID_VERSION`.
 */
export async function checkStaged(
  layout: DeployLayout,
  version: string,
  options: CheckStagedOptions = {},
): Promise<readonly StagedDifference[]> {
  const folder = releaseFolder(layout, version);
  const before = await readStagedEntries(layout, version);
  if (before === undefined || !(await isFolderThere(folder))) {
    throw new VersioningError('NOT_STAGED', `Expected the release ${versionName(version)} to be staged, got none`, {
      hint: 'Stage it first: `holdfast deploy run` does. `holdfast deploy list` says which there are.',
    });
  }
  const files = new Map(before.map((entry) => [entry.path, entry]));
  const known = (entry: StagedEntry): string | undefined => {
    const was = files.get(entry.path);
    // It is another one, whatever is in it.
    if (was?.size !== entry.size) return UNREAD;
    return options.quick === true && was.mtimeNs === entry.mtimeNs ? was.digest : undefined;
  };
  const after = await listStaged(folder, { signal: options.signal, known });
  const differences = [...compare(files, after), ...(await checkEnv(folder))];
  return differences.toSorted((a, b) => comparePaths(a.path, b.path));
}

function* compare(
  before: ReadonlyMap<string, StagedEntry>,
  after: readonly StagedEntry[],
): Generator<StagedDifference, void> {
  const found = new Set<string>();
  for (const { path, kind, size, digest, target, executable } of after) {
    found.add(path);
    const was = before.get(path);
    if (was === undefined) yield { path, kind: 'added' };
    else if (was.kind !== kind || was.size !== size || was.digest !== digest || was.target !== target)
      yield { path, kind: 'changed' };
    else if (was.executable !== executable) yield { path, kind: 'mode' };
  }
  for (const path of before.keys()) if (!found.has(path)) yield { path, kind: 'missing' };
}

/** Its text is no part of the release; that it is there, and not for everybody, is. */
async function checkEnv(folder: string): Promise<readonly StagedDifference[]> {
  const found = await lstat(join(folder, '.env')).catch(() => undefined);
  if (found === undefined) return [{ path: '.env', kind: 'missing' }];
  const isOpen = process.platform !== 'win32' && (found.mode & 0o007) !== 0;
  return isOpen ? [{ path: '.env', kind: 'mode' }] : [];
}
