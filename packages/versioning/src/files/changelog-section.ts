import type { ReleaseNotes } from '../changelog/changelog.ts';
import { type FormatChangelogOptions, formatRelease, repositoryAddress } from '../changelog/format-changelog.ts';
import { shown, VersioningError } from '../errors.ts';
import { type ChangelogBody, readBody } from './changelog-body.ts';
import type { ChangelogOutline, VersionHeading } from './changelog-outline.ts';
import { type Heading, headingsOf } from './headings.ts';
import { kindsOf } from './line-kinds.ts';
import { comparisonIn } from './link-definition.ts';
import { bare, linesOf, trimLines } from './text-lines.ts';
import { formatHeading, formOf, type HeadingForm, versionIn } from './version-heading.ts';

/** What was generated for a version, in the form of the changelog that it is for. */
export interface GeneratedSection {
  /** Without line ends. */
  readonly heading: readonly string[];
  readonly body: ChangelogBody;
  /** Its sections have headings of this level. */
  readonly level: number;
  /** Users notice nothing of it, which is said only where nothing else is. */
  readonly isQuiet: boolean;
}

/** The notes of a release; it has a version here. */
export type NamedRelease = ReleaseNotes & { readonly version: string; readonly tag: string };

/** Writes the notes of a version as those that are there already are written. */
export function generateSection(
  release: NamedRelease,
  outline: ChangelogOutline,
  options: FormatChangelogOptions,
): GeneratedSection {
  const text = (options.template ?? formatRelease)(release, options);
  const lines = [...trimLines(linesOf(text.replaceAll(/\r?\n/g, outline.lineEnd)))];
  const plain = lines.map(bare);
  const own = headingsOf(plain, kindsOf(plain))[0];
  if (own?.line !== 0 || versionIn(own.text, own.level)?.version !== release.version) {
    throw new VersioningError(
      'INVALID_OPTION',
      `Expected a template that begins with the heading of ${release.version}, got ${shown(plain[0] ?? '')}`,
      {
        hint: 'Begin with a line such as "## 1.2.3", so that the version is found there again.',
      },
    );
  }
  if (options.template !== undefined) {
    const level = Math.max(own.level + 1, 3);
    return { heading: plain.slice(0, own.lines), body: readBody(lines.slice(own.lines), level), level, isQuiet: false };
  }
  const others = outline.versions.filter(({ found }) => found.version !== release.version);
  const form = others.length === 0 ? newForm(outline, options) : formLike(others, outline.lines);
  const level = levelOfSections(others[0] ?? outline.unreleased, form.level, outline);
  const body = readBody(lines.slice(own.lines), 3);
  const heading = formatHeading(release.version, { dateMs: release.dateMs, form: withAddress(form, release, options) });
  return {
    heading,
    level,
    isQuiet: release.sections.length === 0,
    body: {
      ...body,
      sections: body.sections.map((section) => ({
        ...section,
        heading: [`${'#'.repeat(level)} ${section.title}${outline.lineEnd}`],
      })),
    },
  };
}

/** The form of headings where there is none yet: brackets only for what leads somewhere. */
function newForm(
  { unreleased, definitions, lines }: ChangelogOutline,
  { repository }: FormatChangelogOptions,
): HeadingForm {
  const isLinked =
    unreleased === undefined ? repository !== undefined && definitions.length > 0 : unreleased.text.startsWith('[');
  return {
    level: unreleased?.level ?? 2,
    underline: underlineOf(unreleased, lines),
    before: isLinked ? '[' : '',
    address: undefined,
    day: [' - ', ''],
  };
}

/** The form of the newest heading. Where levels differ, as some tools have it for lesser versions, the usual one is taken. */
function formLike(versions: readonly VersionHeading[], lines: readonly string[]): HeadingForm {
  const levels = versions.map(({ level }) => level);
  const level = levels.includes(2) ? 2 : Math.min(...levels);
  const like = versions.find((each) => each.level === level) as VersionHeading;
  return { level, underline: underlineOf(like, lines), ...formOf((versions[0] as VersionHeading).found) };
}

function underlineOf(heading: Heading | undefined, lines: readonly string[]): HeadingForm['underline'] {
  if (heading?.lines !== 2) return undefined;
  return lines[heading.line + 1]?.trim().startsWith('=') === true ? '=' : '-';
}

function levelOfSections(like: Heading | undefined, level: number, { headings }: ChangelogOutline): number {
  const next = like === undefined ? undefined : headings.find(({ line }) => line > like.line);
  // Of a version without sections, the next heading is that of another version.
  const isSection =
    like !== undefined &&
    next !== undefined &&
    next.level > like.level &&
    versionIn(next.text, next.level) === undefined;
  return isSection ? next.level : Math.max(level + 1, 3);
}

/** An address behind the version goes on where that of the newest one ends; without a way to tell it, there is no link. */
function withAddress(form: HeadingForm, { tag }: NamedRelease, { repository }: FormatChangelogOptions): HeadingForm {
  if (form.address === undefined) return form;
  const last = comparisonIn(form.address);
  const encoded = encodeURIComponent(tag);
  if (last !== undefined) return { ...form, address: `${last.base}${last.to}${last.dots}${encoded}` };
  if (repository === undefined) return { ...form, address: undefined, before: form.before.replace('[', '') };
  return { ...form, address: `${repositoryAddress(repository)}/releases/tag/${encoded}` };
}
