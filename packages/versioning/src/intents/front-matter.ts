import { shown } from '../errors.ts';
import { invalidIntent } from './intent.ts';

/** An intent file, cut where its front matter ends. */
export interface FileParts {
  /** Between the two lines of `---`. */
  readonly frontMatter: string;
  /** The line on which that begins, from 1. */
  readonly line: number;
  /** Below, without blank lines around it. */
  readonly body: string;
}

const RULE = /^\s*---\s*$/;

/**
 * Cuts a file into front matter and prose, as changesets does: blank lines may stand above, and blanks around the rules. Text above is
 * refused, where changesets drops it without a word.
 */
export function splitFrontMatter(text: string, file: string): FileParts {
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const start = lines.findIndex((line) => line.trim() !== '');
  if (start < 0) throw invalidIntent(`${file}:1`, { expected: 'front matter and what changes', got: 'an empty file' });
  const first = lines[start] ?? '';
  if (!RULE.test(first))
    throw invalidIntent(`${file}:${start + 1}`, { expected: 'front matter that begins with ---', got: shown(first) });
  const length = lines.slice(start + 1).findIndex((line) => RULE.test(line));
  if (length < 0) {
    throw invalidIntent(`${file}:${lines.length}`, {
      expected: 'a line of --- where the front matter ends',
      got: 'the end of the file',
    });
  }
  const end = start + 1 + length;
  return {
    frontMatter: lines.slice(start + 1, end).join('\n'),
    line: start + 2,
    body: trimmed(lines.slice(end + 1)),
  };
}

function trimmed(lines: readonly string[]): string {
  const isText = (line: string): boolean => line.trim() !== '';
  const first = lines.findIndex(isText);
  return first < 0
    ? ''
    : lines
        .slice(first, lines.findLastIndex(isText) + 1)
        .join('\n')
        .trimEnd();
}
