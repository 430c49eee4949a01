import { VersioningError } from '../errors.ts';
import type { CountedPaths } from './checkout.ts';
import { nulRecords } from './nul-records.ts';
import { readBranch } from './read-branch.ts';
import { type GitOptions, streamGit } from './run-git.ts';

/** How many paths are named. */
const FIRST = 20;

/** What `git status` tells. */
export interface Status {
  readonly commit: string;
  /** The branch that is checked out; none when HEAD is detached. */
  readonly branch: string | undefined;
  readonly changed: CountedPaths;
  readonly untracked: CountedPaths;
}

/** Fields before the path in a line of porcelain v2, by its first character. */
const FIELDS_BEFORE_PATH: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 };

/**
 * Reads what is checked out, and which files are not as in the commit. It is read while it is written, so that a million of them need no memory.
 *
 * @throws {VersioningError} `NO_COMMITS`; `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readStatus(options: GitOptions): Promise<Status> {
  const changed = new PathCounter();
  const untracked = new PathCounter();
  let [commit, head] = ['', ''];
  const args = ['status', '--porcelain=v2', '-z', '--branch', '--no-ahead-behind', '--no-renames'];
  for await (const record of nulRecords(streamGit([...args, '--untracked-files=normal'], options))) {
    const [kind = ''] = record;
    const fields = FIELDS_BEFORE_PATH[kind];
    if (fields !== undefined) (kind === '?' ? untracked : changed).add(afterFields(record, fields));
    else if (record.startsWith('# branch.oid ')) commit = record.slice('# branch.oid '.length);
    else if (record.startsWith('# branch.head ')) head = record.slice('# branch.head '.length);
  }
  if (commit === '(initial)') throw noCommits(options.folder);
  // A branch may have that very name.
  const branch = head === '(detached)' ? await readBranch(options) : head;
  return { commit, branch, changed: changed.counted(), untracked: untracked.counted() };
}

class PathCounter {
  readonly #first: string[] = [];
  #count = 0;

  add(path: string): void {
    this.#count++;
    if (this.#first.length < FIRST) this.#first.push(path);
  }

  counted(): CountedPaths {
    return { count: this.#count, first: this.#first };
  }
}

/** What stands behind that many fields; paths may have spaces. */
function afterFields(record: string, fields: number): string {
  let start = 0;
  for (let each = 0; each < fields; each++) start = record.indexOf(' ', start) + 1;
  return record.slice(start);
}

function noCommits(folder: string): VersioningError {
  return new VersioningError('NO_COMMITS', `Expected a commit in ${folder}, got a repository that has none yet`, {
    hint: 'Commit something first: a release is made of a commit.',
  });
}
