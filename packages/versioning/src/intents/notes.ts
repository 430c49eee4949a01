import type { ChangelogEntry, ChangelogSection, ReleaseNotes } from '../changelog/changelog.ts';
import { KEEP_A_CHANGELOG, type SectionTitles } from '../changelog/sections.ts';
import { type BumpLevel, type ChangeTypes, greater, levelIfKnown, plainName } from '../version/change-types.ts';
import { PRE, type Intent, type IntentRelease } from './intent.ts';
import { summaryParts } from './summary.ts';

/** Options of {@link notesOfIntents}. */
export interface IntentNotesOptions {
  /** Only what is said of this package. Default: of all, as in a repository with one. */
  readonly package?: string | undefined;
  /**
   * The channel of a pre-release: what an earlier one had is left out. Default: everything since the last version for everybody, as its
   * changelog tells it.
   */
  readonly channel?: string | undefined;
  /** Titles and their types. Default: those of Keep a Changelog. */
  readonly titles?: SectionTitles | undefined;
  /** What types of one's own raise. */
  readonly types?: ChangeTypes | undefined;
  /** The commits that brought the intents, as `readIntentCommits` has them; entries link to them then. */
  readonly commits?: ReadonlyMap<string, string> | undefined;
}

/** Types whose titles are for a level, when nothing more is said. */
const USUAL: Readonly<Record<BumpLevel, readonly string[]>> = {
  major: ['breaking'],
  minor: ['feature', 'feat', 'funcionalidade', 'novidade'],
  patch: ['fix', 'bugfix', 'correção'],
  none: [],
};

/**
 * What intents come to: sections for a changelog and causes for a version, in the form that commits have. What raises a version by `major`
 * breaks something, and stands there; other levels stand with features and fixes; a section that a file asks for comes before.
 *
 * @example
 * ```ts
 * import { formatRelease, notesOfIntents, planVersion, readIntents } from '@x/versioning';
 *
 * const notes = notesOfIntents(await readIntents({ folder: '.' }), { package: '@acme/shop' });
 * const { to: version } = planVersion('1.2.3', notes);
 * console.log(formatRelease({ ...notes, version, dateMs: Date.now() }));
 * ```
 */
export function notesOfIntents(intents: readonly Intent[], options: IntentNotesOptions = {}): ReleaseNotes {
  const { channel, titles = KEEP_A_CHANGELOG, commits } = options;
  const told = intents.filter((intent) => channel === undefined || !intent.isPreReleased);
  const entries = new Map<string, ChangelogEntry[]>(Object.keys(titles).map((title) => [title, []]));
  const causes = told.flatMap((intent) => {
    const hash = commits?.get(plainId(intent));
    const releases = intent.releases.filter((release) => isAsked(release, options));
    for (const [title, release] of titledOnce(releases, options)) {
      const entry = entryOf(intent, release, hash);
      // Some say only that a package is released.
      if (entry.text !== '') entries.set(title, [...(entries.get(title) ?? []), entry]);
    }
    const level = releases.reduce<BumpLevel>((most, each) => greater(most, each.level), 'none');
    return level === 'none' ? [] : [{ level, reason: `${intent.title || 'no word of it'} (${intent.file})`, hash }];
  });
  const sections = [...entries].map(([title, each]): ChangelogSection => ({ title, entries: each }));
  return {
    version: undefined,
    tag: undefined,
    dateMs: undefined,
    sections: sections.filter((section) => section.entries.length > 0),
    causes,
  };
}

/** Its name, wherever it lies. */
const plainId = ({ id }: Intent): string => (id.startsWith(PRE) ? id.slice(PRE.length) : id);

/** A file that names no package is about the only one there is. */
const isAsked = (release: IntentRelease, { package: asked }: IntentNotesOptions): boolean =>
  asked === undefined || release.package === undefined || release.package === asked;

/** One file that means the same for several packages is one entry. */
function titledOnce(
  releases: readonly IntentRelease[],
  options: IntentNotesOptions,
): ReadonlyMap<string, IntentRelease> {
  const titled = new Map<string, IntentRelease>();
  for (const release of releases) {
    const title = titleOf(release, options);
    if (title !== undefined) titled.set(title, release);
  }
  return titled;
}

/** Under which title something stands; `undefined`: it is not told. */
export function titleOf(
  { level, type, section }: Pick<IntentRelease, 'level' | 'type' | 'section'>,
  options: IntentNotesOptions,
): string | undefined {
  const { titles = KEEP_A_CHANGELOG, types } = options;
  if (section !== undefined) return section;
  const own = type === undefined || level === 'major' ? [] : [type];
  const named = [...own, ...USUAL[level]].map(plainName);
  const listed = Object.entries(titles).map(([title, names]) => ({ title, names: names.map(plainName) }));
  for (const name of named) {
    const found = listed.find(({ names }) => names.includes(name));
    if (found !== undefined) return found.title;
  }
  // With titles of one's own: what raises the version has to stand somewhere.
  if (level === 'none') return undefined;
  return listed.find(({ names }) => names.some((name) => levelIfKnown(name, types) === level))?.title;
}

function entryOf(intent: Intent, { level, type }: IntentRelease, hash: string | undefined): ChangelogEntry {
  const [usual = 'none'] = USUAL[level];
  return {
    type: type ?? usual,
    scope: undefined,
    text: intent.summary === '' ? '' : summaryParts(intent.summary).text,
    isMarkdown: true,
    hash,
    isBreaking: level === 'major',
    commit: undefined,
  };
}
