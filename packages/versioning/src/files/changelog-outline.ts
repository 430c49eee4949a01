import { type Heading, headingsOf } from './headings.ts';
import { kindsOf } from './line-kinds.ts';
import { type Definition, definitionIn } from './link-definition.ts';
import { bare, lineEndOf, linesOf } from './text-lines.ts';
import { type FoundVersion, isUnreleased, versionIn } from './version-heading.ts';

/** What a changelog consists of. */
export interface ChangelogOutline {
  /** With their line ends. */
  readonly lines: readonly string[];
  readonly lineEnd: '\n' | '\r\n';
  readonly headings: readonly Heading[];
  readonly versions: readonly VersionHeading[];
  readonly unreleased: Heading | undefined;
  /** The lines below the heading of what is not released, which belong to it. */
  readonly pending: readonly [start: number, end: number] | undefined;
  readonly definitions: readonly Definition[];
  /** Where those definitions begin that stand below everything, or a block that nothing ends. */
  readonly end: number;
  /** Where a new version is written. */
  readonly place: number;
}

/** The heading of a version. */
export interface VersionHeading extends Heading {
  readonly found: FoundVersion;
}

/** An anchor of its own line belongs to the heading below. */
const ANCHOR = /^\s*<a\s[^>]*>\s*(?:<\/a>)?\s*$/i;
/** Versions without headings: `**1.2.0**`, `* 1.2.0 - title`. */
const LOOSE_VERSION = /^[\s*+_>-]*\[?v?\d+\.\d+\.\d/;

/** Reads a changelog, in whatever form it is: where versions stand, and where the next one belongs. */
export function outlineOf(text: string): ChangelogOutline {
  const lines = linesOf(text);
  const plain = lines.map(bare);
  const { kinds, unclosed } = kindsOf(plain);
  const headings = headingsOf(plain, { kinds });
  const definitions = plain.flatMap((line, index) => (kinds[index] === 'text' ? definitionIn(line, index) : []));
  const end = Math.min(startOfTail(plain, definitions), unclosed ?? Infinity);
  const unreleased = headings.find((heading) => heading.level <= 3 && isUnreleased(heading.text));
  const versions = headings.flatMap((heading): VersionHeading[] => {
    const found = versionIn(heading.text, heading.level);
    return found === undefined ? [] : [{ ...heading, found }];
  });
  const outline = { lines, lineEnd: lineEndOf(lines), headings, versions, unreleased, definitions, end };
  const pending = unreleased === undefined ? undefined : bodyOf(outline, unreleased);
  const [first] = versions;
  if (pending !== undefined && (first === undefined || pending[0] <= first.line))
    return { ...outline, pending, place: pending[1] };
  const loose = plain.findIndex((line, index) => kinds[index] !== 'hidden' && LOOSE_VERSION.test(line));
  const place = first === undefined ? belowPreamble(outline, loose) : startOf(first, lines);
  return { ...outline, pending, place };
}

type Headings = Pick<ChangelogOutline, 'lines' | 'headings' | 'end'>;

/** The lines below a heading that belong to it. Sections are on the third level, also where that of a lesser version is. */
export function bodyOf({ lines, headings, end }: Headings, heading: Heading): readonly [start: number, end: number] {
  const start = heading.line + heading.lines;
  const next = headings.find(
    ({ line, level, text }) =>
      line >= start && (level <= Math.min(heading.level, 2) || versionIn(text, level) !== undefined),
  );
  return [start, Math.max(start, next === undefined ? end : Math.min(startOf(next, lines), end))];
}

/** The first line of a heading, or of the anchors above it. */
function startOf({ line }: Heading, lines: readonly string[]): number {
  let start = line;
  for (let above = line - 1; above >= 0; above--) {
    const text = lines[above] ?? '';
    if (ANCHOR.test(text)) start = above;
    else if (text.trim() !== '') break;
  }
  return start;
}

/** Where nothing tells where versions stand: after the title and what is said below it. */
function belowPreamble({ lines, headings, end }: Headings, loose: number): number {
  const next = headings[headings[0]?.level === 1 ? 1 : 0];
  return Math.min(next === undefined ? end : startOf(next, lines), loose < 0 ? end : loose, end);
}

/** Where the link definitions at the end of a text begin. */
function startOfTail(lines: readonly string[], definitions: readonly Definition[]): number {
  const defined = new Set(definitions.map(({ line }) => line));
  let start = lines.length;
  for (let line = lines.length - 1; line >= 0; line--) {
    if (defined.has(line)) start = line;
    else if (lines[line]?.trim() !== '') break;
  }
  return start;
}
