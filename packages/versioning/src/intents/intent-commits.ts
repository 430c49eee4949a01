import { refuseShallow } from '../git/read-commits.ts';
import { type GitOptions, streamGit } from '../git/run-git.ts';
import { DIRECTORY } from './intent.ts';

/**
 * Which commit brought each intent, by the name without `.md`; those that were released since, and are gone, too. Of several with one
 * name the newest counts, and where a file was moved or changed later does not.
 *
 * @throws {VersioningError} `SHALLOW_CLONE`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readIntentCommits({
  directory = DIRECTORY,
  to = 'HEAD',
  ...git
}: GitOptions & {
  /** Where intents lie, from the folder. Default `.changeset`. */
  readonly directory?: string | undefined;
  /** The newest commit; default `HEAD`. */
  readonly to?: string | undefined;
}): Promise<ReadonlyMap<string, string>> {
  // Where history is cut off, the last commit seems to bring everything.
  await refuseShallow(git);
  const filter = ['--diff-filter=A', '--find-renames', '--name-only', '--no-show-signature'];
  const args = ['log', '-z', '--format=%x01%H', ...filter, '--end-of-options', to, '--', `:(literal)${directory}`];
  const pieces: Buffer[] = [];
  for await (const piece of streamGit(args, git)) pieces.push(piece);
  const commits = new Map<string, string>();
  for (const record of Buffer.concat(pieces).toString('utf8').split('\u0001')) {
    const [hash = '', ...files] = record.split('\0').map((field) => field.trim());
    for (const file of files) {
      const id = /([^/]+)\.md$/.exec(file)?.[1];
      if (id !== undefined && !commits.has(id)) commits.set(id, hash);
    }
  }
  return commits;
}
