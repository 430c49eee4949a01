/** A piece of TypeScript that stands in a document or in a doc comment. */
export interface Snippet {
  /** Relative to the root of the checkout. */
  readonly file: string;
  /** The line in `file` that the code begins at, counted from 1. */
  readonly line: number;
  readonly code: string;
}

const FENCE = /^(?<indent>\s*)```(?<language>\S*)\s*$/;

/** The ```ts blocks among some lines. */
export function fencedSnippets(file: string, lines: readonly string[], firstLine: number): Snippet[] {
  const snippets: Snippet[] = [];
  let open: { language: string; line: number; code: string[] } | undefined;
  for (const [index, line] of lines.entries()) {
    const fence = FENCE.exec(line);
    if (open === undefined) {
      if (fence) open = { language: fence.groups?.['language'] ?? '', line: firstLine + index + 1, code: [] };
    } else if (fence && fence.groups?.['language'] === '') {
      if (open.language === 'ts') snippets.push({ file, line: open.line, code: open.code.join('\n') });
      open = undefined;
    } else {
      open.code.push(line);
    }
  }
  return snippets;
}

/** The ```ts blocks in the doc comments of a source file. */
export function commentSnippets(file: string, lines: readonly string[]): Snippet[] {
  const snippets: Snippet[] = [];
  let start: number | undefined;
  for (const [index, line] of lines.entries()) {
    if (start === undefined && /^\s*\/\*\*/.test(line)) start = index;
    if (start !== undefined && line.includes('*/')) {
      const comment = lines.slice(start, index).map((each) => each.replace(/^\s*\*? ?/, ''));
      snippets.push(...fencedSnippets(file, comment, start + 1));
      start = undefined;
    }
  }
  return snippets;
}
