import type { ChangelogEntry, ChangelogSection } from '../changelog/changelog.ts';
import { KEEP_A_CHANGELOG, sectionsOf, type SectionTitles } from '../changelog/sections.ts';
import { parseCommit } from '../commits/parse-commit.ts';
import { type HistoryCommit, withoutReverted } from '../commits/without-reverted.ts';
import { readCommits } from '../git/read-commits.ts';
import type { VersionTag } from '../git/read-tags.ts';
import type { GitOptions } from '../git/run-git.ts';
import type { ChangeTypes } from '../version/change-types.ts';
import type { BumpCause } from '../version/plan-bump.ts';
import { median } from './metrics.ts';

/** What has changed since the last release. */
export interface Changes {
  readonly sections: readonly ChangelogSection[];
  readonly causes: readonly BumpCause[];
  readonly commits: number;
  /** Milliseconds since 1970, when each commit was made. */
  readonly commitTimes: readonly number[];
}

/** Options of {@link changesSince}. */
export interface ChangesOptions extends GitOptions {
  /** What is in one of these is released. */
  readonly tags: readonly VersionTag[];
  /** Only commits that changed something here. */
  readonly paths?: readonly string[] | undefined;
  readonly titles?: SectionTitles | undefined;
  readonly types?: ChangeTypes | undefined;
}

/** What the commits say that no release has yet. @throws {VersioningError} `SHALLOW_CLONE`, `GIT_NOT_FOUND`, `GIT_FAILED`. */
export async function changesSince({ tags, titles, types, ...options }: ChangesOptions): Promise<Changes> {
  const commits: HistoryCommit[] = [];
  const commitTimes: number[] = [];
  for await (const { hash, text, dateMs, parents } of readCommits({
    ...options,
    from: tags.map(({ commit }) => commit),
  })) {
    commits.push({ hash, message: parseCommit(text) });
    // What a merge brings has times of its own.
    if (parents < 2) commitTimes.push(dateMs);
  }
  return { ...sectionsOf(withoutReverted(commits), { titles, types }), commits: commits.length, commitTimes };
}

/** A line that somebody wrote for the changelog: `fix(api): text`, or a text alone, which is a change. */
export function writtenEntry(line: string): { readonly title: string; readonly entry: ChangelogEntry } {
  const { type, scope, subject, isBreaking } = parseCommit(line);
  const name = isBreaking ? 'breaking' : type;
  const found = name === undefined ? undefined : titleOf(name);
  const text = found === undefined ? line.trim() : subject;
  return {
    title: found ?? 'Changed',
    entry: {
      type: type ?? 'changed',
      scope: found === undefined ? undefined : scope,
      text,
      hash: undefined,
      isBreaking: isBreaking && found !== undefined,
      commit: undefined,
    },
  };
}

/** `Added`, `feat` and `funcionalidade` all name the section `Added`. */
function titleOf(name: string): string | undefined {
  const wanted = name.toLowerCase();
  return Object.entries(KEEP_A_CHANGELOG).find(
    ([title, types]) => title.toLowerCase() === wanted || types.includes(wanted),
  )?.[0];
}

/** Sections put together by their titles; what was written by hand stands first in each. */
export function mergeSections(
  written: readonly { readonly title: string; readonly entry: ChangelogEntry }[],
  sections: readonly ChangelogSection[],
  titles: SectionTitles = KEEP_A_CHANGELOG,
): readonly ChangelogSection[] {
  const order = [
    ...new Set([...Object.keys(titles), ...sections.map(({ title }) => title), ...written.map(({ title }) => title)]),
  ];
  return order.flatMap((title) => {
    const entries = [
      ...written.filter((each) => each.title === title).map(({ entry }) => entry),
      ...sections.filter((each) => each.title === title).flatMap((each) => each.entries),
    ];
    return entries.length === 0 ? [] : [{ title, entries }];
  });
}

/** The median time from commits to their release, in milliseconds; none without commits. Clocks that go wrong give no time below 0. */
export function leadTimeMs(commitTimes: readonly number[], releasedMs: number): number | undefined {
  return median(commitTimes.map((made) => Math.max(0, releasedMs - made)));
}
