import { takeApart, withReferences } from '../commits/parse-commit.ts';
import { type HistoryCommit, withoutReverted } from '../commits/without-reverted.ts';
import { readCommits } from '../git/read-commits.ts';
import { readTags, type VersionTag } from '../git/read-tags.ts';
import type { GitOptions } from '../git/run-git.ts';
import { ownersOf } from './owners.ts';
import type { ChangeTypes } from '../version/change-types.ts';
import type { ParsedCommit } from '../commits/parsed-commit.ts';
import type { ReleaseNotes } from './changelog.ts';
import { KEEP_A_CHANGELOG, type SectionTitles, sectionsOf } from './sections.ts';

/** Options of {@link readChangelog}. */
export interface ReadChangelogOptions extends GitOptions {
  /** What stands before the version in names of tags, as `v` or `storage@`. Default `v`. */
  readonly tagPrefix?: string | undefined;
  /** Only commits that changed something here: a package of a monorepo. */
  readonly paths?: readonly string[] | undefined;
  /** Titles and their types. Default: those of Keep a Changelog. */
  readonly titles?: SectionTitles | undefined;
  /** What types of one's own raise. */
  readonly types?: ChangeTypes | undefined;
  /** Pre-releases have sections of their own; default: what is in them counts for the version after them. */
  readonly preReleases?: boolean | undefined;
  /** The newest commit; default `HEAD`. */
  readonly to?: string | undefined;
}

/**
 * What changed with each version, newest first: tags are looked for in the whole history, and only then are commits chosen by path. What was taken
 * back again before it was released is left out.
 *
 * @throws {VersioningError} `SHALLOW_CLONE`, `GIT_NOT_FOUND`, `GIT_FAILED`.
 * @example
 * ```ts
 * import { formatChangelog, readChangelog } from '@x/versioning';
 *
 * const releases = await readChangelog({ folder: '.', tagPrefix: 'storage@', paths: ['packages/storage'] });
 * console.log(formatChangelog(releases, { repository: 'https://github.com/acme/tools' }));
 * ```
 */
export async function readChangelog(options: ReadChangelogOptions): Promise<readonly ReleaseNotes[]> {
  const { folder, signal, tagPrefix, paths = [], titles, types, preReleases = false, to } = options;
  const tags = await readTags({ folder, signal, prefix: tagPrefix });
  const byCommit = new Map<string, VersionTag>();
  // Of several on one commit, the highest version names what is below; the others have nothing of their own.
  for (const tag of tags) {
    if ((preReleases || !tag.version.includes('-')) && !byCommit.has(tag.commit)) byCommit.set(tag.commit, tag);
  }
  const owners = await ownersOf(byCommit, { folder, signal, to });
  const shownTypes = new Set(Object.values(titles ?? KEEP_A_CHANGELOG).flat());
  const groups = new Map<VersionTag | undefined, HistoryCommit[]>();
  for (const tag of [undefined, ...byCommit.values()]) groups.set(tag, []);
  for await (const { hash, text } of readCommits({ folder, signal, to, paths })) {
    groups.get(owners.get(hash))?.push({ hash: ownText(hash), message: messageOf(text, shownTypes) });
  }
  return [...groups].map(([tag, commits]): ReleaseNotes => ({
    version: tag?.version,
    tag: tag?.name,
    dateMs: tag?.dateMs,
    ...sectionsOf(withoutReverted(commits), { titles, types }),
  }));
}

/** What no line comes from needs only what a revert may name: histories are long, and messages take most of the memory. */
function messageOf(text: string, shownTypes: ReadonlySet<string>): ParsedCommit {
  const parts = takeApart(text);
  const { isBreaking, reverts, squashed, type = '' } = parts;
  if (isBreaking || reverts !== undefined || squashed.length > 0 || shownTypes.has(type))
    return withReferences(parts, text);
  const { scope } = parts;
  return { ...NOTHING, type: parts.type, scope, header: ownText(parts.header), subject: ownText(parts.subject) };
}

/** A text that keeps no longer one in memory, which it is a part of. */
const ownText = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

const NOTHING: Omit<ParsedCommit, 'header' | 'subject'> = {
  type: undefined,
  scope: undefined,
  body: undefined,
  trailers: [],
  references: [],
  isBreaking: false,
  breakingNotes: [],
  reverts: undefined,
  squashed: [],
};
