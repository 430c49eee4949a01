import semver from 'semver';
import { type GitOptions, runGit } from './run-git.ts';

/** A tag that names a version. */
export interface VersionTag {
  readonly name: string;
  readonly version: string;
  /** Hash of the commit that it stands on. */
  readonly commit: string;
  /** Milliseconds since 1970: when the tag was made, or its commit. */
  readonly dateMs: number;
}

/** Options of {@link readTags}. */
export interface ReadTagsOptions extends GitOptions {
  /** What stands before the version, as `v` or `storage@`. Default `v`. */
  readonly prefix?: string | undefined;
  /** Only tags of commits that this one has in its past, or is. Default: all. */
  readonly merged?: string | undefined;
}

const FIELDS = ['%(refname:strip=2)', '%(objectname)', '%(*objectname)', '%(creatordate:unix)'];

/**
 * All tags of the whole history that name a version, newest version first. Of several on one commit each is there.
 *
 * @throws {VersioningError} `GIT_NOT_FOUND`, `GIT_FAILED`.
 */
export async function readTags(options: ReadTagsOptions): Promise<readonly VersionTag[]> {
  const { prefix = 'v', merged } = options;
  const reached = merged === undefined ? [] : [`--merged=${merged}`];
  const args = ['for-each-ref', `--format=${FIELDS.join('%09')}`, ...reached, 'refs/tags'];
  const text = await runGit(args, options);
  const tags = text.split('\n').flatMap((line): VersionTag[] => {
    const [name = '', object = '', peeled = '', seconds = ''] = line.split('\t');
    if (!name.startsWith(prefix)) return [];
    const version = name.slice(prefix.length);
    // With the prefix `v`, `v1.2.3` counts; `v1` and `vnext` name no version, nor does `v1.2.3` for the prefix of none.
    if (/^[0-9]/.exec(version) === null || semver.valid(version) === null) return [];
    return [{ name, version, commit: peeled || object, dateMs: Number(seconds) * 1000 }];
  });
  return tags.toSorted((a, b) => semver.rcompare(a.version, b.version) || (a.name < b.name ? -1 : 1));
}
