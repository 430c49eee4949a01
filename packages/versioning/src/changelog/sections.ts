import type { HistoryCommit } from '../commits/without-reverted.ts';
import type { ParsedCommit } from '../commits/parsed-commit.ts';
import { type BumpLevel, type ChangeTypes, levelIfKnown } from '../version/change-types.ts';
import type { BumpCause } from '../version/plan-bump.ts';
import type { ChangelogEntry, ChangelogSection, ReleaseNotes } from './changelog.ts';

/** Titles, in their order, and the types that stand under each. */
export type SectionTitles = Readonly<Record<string, readonly string[]>>;

/** Those of Keep a Changelog 1.1.0, and one for what breaks, which stands first. */
export const KEEP_A_CHANGELOG: SectionTitles = {
  'Breaking changes': ['breaking'],
  Added: ['feat', 'feature', 'funcionalidade', 'novidade'],
  Changed: ['perf', 'performance', 'melhoria', 'desempenho', 'changed'],
  Deprecated: ['deprecated'],
  Removed: ['removed', 'revert', 'reversão'],
  Fixed: ['fix', 'bugfix', 'correção'],
  Security: ['security', 'segurança'],
};

/** What commits come to: entries that have a place, and what raises the version. */
export function sectionsOf(
  commits: readonly HistoryCommit[],
  {
    titles = KEEP_A_CHANGELOG,
    types,
  }: { readonly titles?: SectionTitles | undefined; readonly types?: ChangeTypes | undefined },
): Pick<ReleaseNotes, 'sections' | 'causes'> {
  const entries = commits.flatMap(entriesOf);
  const sections = Object.entries(titles).map(([title, names]): ChangelogSection => ({
    title,
    entries: entries.filter(({ isBreaking, type }) => names.includes(isBreaking ? 'breaking' : type)),
  }));
  return {
    sections: sections.filter((section) => section.entries.length > 0),
    causes: commits.flatMap((commit) => causesOf(commit, types)),
  };
}

function causesOf({ hash, message }: HistoryCommit, types: ChangeTypes | undefined): BumpCause[] {
  return [message, ...message.squashed].flatMap((each) => {
    const level = levelOf(each, types);
    return level === 'none' ? [] : [{ level, reason: `${each.header} (${hash.slice(0, 7)})`, hash }];
  });
}

/** A commit and what was squashed into it; a breaking one says what its notes say. */
function entriesOf({ hash, message }: HistoryCommit): ChangelogEntry[] {
  return [message, ...message.squashed].flatMap((each): ChangelogEntry[] => {
    const type = each.type ?? (each.reverts === undefined ? undefined : 'revert');
    if (type === undefined && !each.isBreaking) return [];
    const common = { type: type ?? 'breaking', scope: each.scope, hash, commit: each };
    if (!each.isBreaking) return [{ ...common, text: each.subject, isBreaking: false }];
    const notes = each.breakingNotes.length === 0 ? [each.subject] : each.breakingNotes;
    const told = notes.map((text): ChangelogEntry => ({ ...common, text, isBreaking: true }));
    // What was done stands beside what it breaks, when these are two things.
    return each.breakingNotes.length === 0 ? told : [...told, { ...common, text: each.subject, isBreaking: false }];
  });
}

/** Types that nobody knows raise nothing: they are somebody's own. */
function levelOf(message: ParsedCommit, types?: ChangeTypes): BumpLevel {
  if (message.isBreaking) return 'major';
  const type = message.type ?? (message.reverts === undefined ? undefined : 'revert');
  return type === undefined ? 'none' : (levelIfKnown(type, types) ?? 'none');
}
