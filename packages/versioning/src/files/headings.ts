import type { LineKinds } from './line-kinds.ts';
import { isUnreleased, versionIn } from './version-heading.ts';

/** A heading of a Markdown text. */
export interface Heading {
  /** Its first line, from 0. */
  readonly line: number;
  /** Lines that it takes: 2 with a line of `=` or `-` below. */
  readonly lines: 1 | 2;
  /** 1 to 6. */
  readonly level: number;
  readonly text: string;
}

/** What can stand above a line of `=` or `-` to be a heading: text, and no other block. */
const PLAIN = /^ {0,3}(?![-+*>#|]|\d+[.)]\s|\[[^\]]*\]:)\S/;

/**
 * The headings of a text, in their order.
 *
 * @param lines Without line ends.
 */
export function headingsOf(lines: readonly string[], { kinds }: Pick<LineKinds, 'kinds'>): Heading[] {
  const headings: Heading[] = [];
  for (const [line, text] of lines.entries()) {
    if (kinds[line] !== 'text') continue;
    const heading = marked(text, line) ?? underlined(lines, line);
    if (heading !== undefined) headings.push(heading);
  }
  return headings;
}

/** `## Text`, also with `##` behind it. */
function marked(text: string, line: number): Heading | undefined {
  const mark = /^ {0,3}(#{1,6})(?=\s|$)/.exec(text);
  if (mark === null) return undefined;
  const inner = text.slice(mark[0].length).trim();
  const hashes = /(?:^|\s)#+$/.exec(inner);
  const plain = hashes === null ? inner : inner.slice(0, hashes.index).trimEnd();
  return { line, lines: 1, level: mark[1]?.length ?? 1, text: plain };
}

/** A line with `===` or `---` below it. */
function underlined(lines: readonly string[], line: number): Heading | undefined {
  const [above = '', text = '', under = ''] = [lines[line - 1], lines[line], lines[line + 1]];
  const mark = /^ {0,3}(=+|-+)\s*$/.exec(under)?.[1]?.[0];
  if (mark === undefined || !PLAIN.test(text) || PLAIN.test(above)) return undefined;
  const plain = text.trim();
  if (mark === '=') return { line, lines: 2, level: 1, text: plain };
  // A rule below the last words of a version is no heading to who wrote it, whatever CommonMark says.
  return versionIn(plain, 2) !== undefined || isUnreleased(plain)
    ? { line, lines: 2, level: 2, text: plain }
    : undefined;
}
