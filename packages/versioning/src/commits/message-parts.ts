import type { Trailer } from './parsed-commit.ts';

/** A message as paragraphs and footers. */
export interface MessageParts {
  readonly header: string;
  readonly body: string | undefined;
  readonly breakingNotes: readonly string[];
  readonly trailers: readonly Trailer[];
}

/** In capitals only (Conventional Commits 1.0.0, item 15), so that prose does not count. */
const BREAKING = /^BREAKING[ -]CHANGE(?:: | #)(.*)$/;
const TRAILER = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:: | #(?=\d))(.*)$/;
/** A line that goes on with what stands above (git-interpret-trailers, "folding"). */
const FOLDED = /^[ \t]+\S/;
/** `git commit --verbose` and `git log` of signed commits leave these. */
const SCISSORS = /^# -+ >8 -+$/;

/**
 * Takes a message apart. A `BREAKING CHANGE` counts at the beginning of a paragraph or among footers, not where prose was wrapped, and
 * goes on until the next footer, over blank lines too (item 9). Other footers are those of the last paragraph, as git reads them.
 */
export function messageParts(message: string): MessageParts {
  const all = message.replaceAll('\r\n', '\n').split('\n');
  const end = all.findIndex((line) => SCISSORS.test(line));
  const [header = '', ...rest] = trimmed(end < 0 ? all : all.slice(0, end));
  const { body, footers } = splitFooters(rest);
  const notes: string[] = [];
  const trailers: Trailer[] = [];
  let open: string[] | undefined;
  const close = (): void => {
    if (open !== undefined) notes.push(trimmed(open).join('\n'));
    open = undefined;
  };
  for (const line of footers) {
    const breaking = BREAKING.exec(line);
    const trailer = breaking === null ? TRAILER.exec(line) : null;
    if (breaking !== null) {
      close();
      open = [breaking[1] ?? ''];
    } else if (trailer !== null) {
      close();
      trailers.push({ token: trailer[1] ?? '', value: (trailer[2] ?? '').trim() });
    } else if (open !== undefined) {
      open.push(line);
    } else if (FOLDED.test(line) && trailers.length > 0) {
      const last = trailers.pop() as Trailer;
      trailers.push({ token: last.token, value: `${last.value} ${line.trim()}` });
    }
  }
  close();
  return { header: header.trim(), body, breakingNotes: notes.filter((note) => note !== ''), trailers };
}

/** Where the footers begin: at the first breaking note that begins a paragraph, or else with the last paragraph if it is all footers. */
function splitFooters(lines: readonly string[]): {
  readonly body: string | undefined;
  readonly footers: readonly string[];
} {
  const isBlank = (index: number): boolean => (lines[index] ?? '').trim() === '';
  let start = lines.findIndex((line, index) => BREAKING.test(line) && isBlank(index - 1));
  const last = lastParagraph(lines);
  // Among footers, without a blank line above.
  if (start < 0 && isFooters(lines.slice(last))) start = last;
  if (start < 0) start = lines.length;
  // Footers may stand right above the note.
  while (start > 0 && start < lines.length && TRAILER.test(lines[start - 1] ?? '')) start--;
  const body = trimmed(lines.slice(0, start)).join('\n');
  return { body: body === '' ? undefined : body, footers: lines.slice(start) };
}

function lastParagraph(lines: readonly string[]): number {
  let end = lines.length;
  while (end > 0 && (lines[end - 1] ?? '').trim() === '') end--;
  let start = end;
  while (start > 0 && (lines[start - 1] ?? '').trim() !== '') start--;
  return start;
}

/** Every line is a footer or goes on with one. */
function isFooters(lines: readonly string[]): boolean {
  const [first = ''] = lines;
  const isFooter = (line: string): boolean => TRAILER.test(line) || BREAKING.test(line);
  if (!isFooter(first)) return false;
  // A note may have lines that are not folded; other footers may not.
  const noted = lines.findIndex((line) => BREAKING.test(line));
  return lines.every(
    (line, index) => isFooter(line) || FOLDED.test(line) || line.trim() === '' || (noted >= 0 && index > noted),
  );
}

function trimmed(lines: readonly string[]): readonly string[] {
  const isText = (line: string): boolean => line.trim() !== '';
  const first = lines.findIndex(isText);
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(isText) + 1);
}
