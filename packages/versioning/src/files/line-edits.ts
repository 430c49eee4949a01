import { bare } from './text-lines.ts';

/** A line that is written in the place of another one, or above or below it. */
export interface LineEdit {
  /** From 0. */
  readonly line: number;
  readonly where: 'above' | 'instead' | 'below';
  /** Without line end. */
  readonly text: string;
}

/** Carries out edits of lines; those that are new have the line end that is given. */
export function applyLineEdits(lines: readonly string[], edits: readonly LineEdit[], lineEnd: string): string {
  const changed = lines.map((line, index) => {
    const own = edits.filter((edit) => edit.line === index);
    const added = (where: LineEdit['where']): string[] =>
      own.filter((edit) => edit.where === where).map(({ text }) => `${text}${lineEnd}`);
    const instead = own.find(({ where }) => where === 'instead');
    const kept = instead === undefined ? line : `${instead.text}${line.slice(bare(line).length)}`;
    const below = added('below');
    const end = below.length > 0 && !kept.endsWith('\n') ? lineEnd : '';
    return [...added('above'), kept, end, ...below].join('');
  });
  return changed.join('');
}

/** Parts of a text one below the other, with a blank line between where there is none. */
export function joinParts(parts: readonly (readonly string[])[], lineEnd: string): string {
  const joined: string[] = [];
  for (const lines of parts) {
    const last = joined.at(-1);
    if (last !== undefined && lines.length > 0) {
      if (!last.endsWith('\n')) joined.push(lineEnd);
      if (last.trim() !== '' && lines[0]?.trim() !== '') joined.push(lineEnd);
    }
    for (const line of lines) joined.push(line);
  }
  return joined.join('');
}
