import { VersioningError } from '../errors.ts';
import { nulRecords } from './nul-records.ts';
import { type GitOptions, runGit, streamGit } from './run-git.ts';

/** A commit as `git log` has it. */
export interface LoggedCommit {
  readonly hash: string;
  readonly author: string;
  readonly email: string;
  /** Milliseconds since 1970, when it was committed. */
  readonly dateMs: number;
  /** How many parents: none of the first one, several of a merge. */
  readonly parents: number;
  /** The message as it was written. */
  readonly text: string;
}

/** Options of {@link readCommits}. */
export interface ReadCommitsOptions extends GitOptions {
  /** The newest commit; default `HEAD`. */
  readonly to?: string | undefined;
  /** Commits that these reach are left out. */
  readonly from?: readonly string[] | undefined;
  /** Only commits that changed something here, relative to the folder. */
  readonly paths?: readonly string[] | undefined;
}

const FIELDS = ['%H', '%an', '%ae', '%ct', '%P', '%B'];

/**
 * The commits of a history, newest first, by one `git log` that is read while it writes.
 *
 * @throws {VersioningError} `SHALLOW_CLONE` where the history is cut off; `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function* readCommits(options: ReadCommitsOptions): AsyncGenerator<LoggedCommit> {
  const { to = 'HEAD', from = [], paths = [] } = options;
  await refuseShallow(options);
  // Names are no options, whatever they begin with.
  const args = [
    'log',
    '-z',
    `--format=${FIELDS.join('%x1f')}`,
    '--encoding=UTF-8',
    '--no-show-signature',
    '--end-of-options',
    to,
  ];
  const excluded = from.map((each) => `^${each}`);
  const filter = paths.length === 0 ? [] : ['--', ...paths];
  for await (const record of nulRecords(streamGit([...args, ...excluded, ...filter], options))) {
    const [hash = '', author = '', email = '', seconds = '', parents = '', ...text] = record.split('\u001F');
    yield {
      hash,
      author,
      email,
      dateMs: Number(seconds) * 1000,
      parents: parents === '' ? 0 : parents.split(' ').length,
      text: text.join('\u001F'),
    };
  }
}

/** @throws {VersioningError} `SHALLOW_CLONE`. */
export async function refuseShallow(options: GitOptions): Promise<void> {
  if ((await runGit(['rev-parse', '--is-shallow-repository'], options)).trim() !== 'true') return;
  throw shallowClone();
}

/** The error of a history that is cut off. */
export function shallowClone(): VersioningError {
  return new VersioningError('SHALLOW_CLONE', 'Expected the whole history, got a shallow clone', {
    hint: 'Fetch it with `git fetch --unshallow --tags`; in GitHub Actions, check out with `fetch-depth: 0`.',
  });
}
