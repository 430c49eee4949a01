/** Lines with their line ends: joined, they are the text again. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

/** A line without its line end. */
export const bare = (line: string): string => line.replace(/\r?\n$/, '');

/** The line end that most lines of a text have. */
export function lineEndOf(lines: readonly string[]): '\n' | '\r\n' {
  const windows = lines.filter((line) => line.endsWith('\r\n')).length;
  return windows * 2 > lines.length ? '\r\n' : '\n';
}

/** Without the blank lines at both ends. */
export function trimLines(lines: readonly string[]): readonly string[] {
  const isFull = (line: string): boolean => line.trim() !== '';
  return lines.slice(Math.max(lines.findIndex(isFull), 0), lines.findLastIndex(isFull) + 1);
}

/** The number of the line that a place in a text is in, from 1. */
export function lineNumberAt(text: string, offset: number): number {
  let number = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', end + 1)) number++;
  return number;
}
