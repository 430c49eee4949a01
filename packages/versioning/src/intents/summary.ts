/** What begins something else than a paragraph (CommonMark 0.31, section 4 and 5). */
const BLOCK = /^(?: {0,3}(?:[-*+](?:\s|$)|\d{1,9}[.)](?:\s|$)|#{1,6}(?:\s|$)|>|```|~~~|\||<)| {4}|\t)/;
const HEADING = /^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/;

/** A summary in two parts. */
export interface SummaryParts {
  readonly title: string;
  readonly details: string | undefined;
  /** For a line of a list: the title, and what follows with the blank lines between. */
  readonly text: string;
}

/**
 * Takes Markdown apart: a first paragraph, whose lines are put together, or a first heading is the title. What begins with a list, a quote or
 * code keeps its form; its first line is the title then.
 */
export function summaryParts(summary: string): SummaryParts {
  const lines = summary.split('\n');
  const [first = ''] = lines;
  const heading = HEADING.exec(first)?.[1];
  if (heading === undefined && BLOCK.test(first)) {
    const details = textOf(lines.slice(1));
    // Below the mark of a list, and not beside it.
    return { title: first.replace(/^[\s\-*+>#|\d.)]+/, '').trim(), details, text: `\n${summary}` };
  }
  const end = heading === undefined ? lines.findIndex((line) => line.trim() === '' || BLOCK.test(line)) : 1;
  const rest = end < 0 ? [] : lines.slice(end);
  const title = heading ?? (end < 0 ? lines : lines.slice(0, end)).map((line) => line.trim()).join(' ');
  return { title, details: textOf(rest), text: [title, ...rest].join('\n') };
}

function textOf(lines: readonly string[]): string | undefined {
  const text = lines
    .join('\n')
    .replace(/^(?:[ \t]*\n)+/, '')
    .trimEnd();
  return text.trim() === '' ? undefined : text;
}
