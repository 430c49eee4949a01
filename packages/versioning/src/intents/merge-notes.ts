import type { ChangelogSection, ReleaseNotes } from '../changelog/changelog.ts';
import { KEEP_A_CHANGELOG, type SectionTitles } from '../changelog/sections.ts';

/** Options of {@link mergeNotes}. */
export interface MergeNotesOptions {
  /** The commits that brought intents, as `readIntentCommits` has them. Default: those that the entries of intents have. */
  readonly commits?: ReadonlyMap<string, string> | undefined;
  /** Titles, in their order. Default: those of Keep a Changelog. */
  readonly titles?: SectionTitles | undefined;
}

/**
 * Puts together what commits and intents say, each change once: a commit that brought an intent says nothing by itself.
 *
 * The intent wins because someone wrote it for users and reviewed its level, also where it is about another package or means less than the
 * commit's type. Give `commits`, so that this holds for intents that were released since and are gone. A change that was merged as several
 * commits is known by the one with the file; squash merges have only that one.
 *
 * @param commits Of one version, as `readChangelog` gives them.
 * @param intents As `notesOfIntents` gives them.
 */
export function mergeNotes(
  commits: ReleaseNotes,
  intents: ReleaseNotes,
  options: MergeNotesOptions = {},
): ReleaseNotes {
  const { titles = KEEP_A_CHANGELOG } = options;
  const hashes = [
    ...(options.commits?.values() ?? []),
    ...intents.causes.map(({ hash }) => hash),
    ...entriesOf(intents),
  ];
  const told = new Set(hashes.filter((hash) => hash !== undefined));
  const isOpen = ({ hash }: { readonly hash?: string | undefined }): boolean => hash === undefined || !told.has(hash);
  const open = commits.sections.map((section) => ({ ...section, entries: section.entries.filter(isOpen) }));
  const all = [...intents.sections, ...open];
  const order = new Set([...Object.keys(titles), ...all.map(({ title }) => title)]);
  const sections = [...order].map((title): ChangelogSection => ({
    title,
    entries: all.filter((section) => section.title === title).flatMap((section) => section.entries),
  }));
  return {
    ...commits,
    sections: sections.filter((section) => section.entries.length > 0),
    causes: [...intents.causes, ...commits.causes.filter(isOpen)],
  };
}

const entriesOf = ({ sections }: ReleaseNotes): (string | undefined)[] =>
  sections.flatMap(({ entries }) => entries.map(({ hash }) => hash));
