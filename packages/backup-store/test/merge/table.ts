import { readFileSync } from 'node:fs';

/** What the document says of one case under one rule. */
export interface Cell {
  readonly action: string;
  readonly reason: string;
}

/** One row of a table of `docs/concepts/merge.md`. */
export interface Row {
  readonly backup: string;
  readonly current: string;
  readonly time: string;
  readonly newest: Cell;
  readonly backupWins: Cell;
  readonly currentWins: Cell;
  readonly asksRule: boolean;
}

const DOCUMENT = new URL('../../../../docs/concepts/merge.md', import.meta.url);

/** The rows below a heading. */
export function tableBelow(heading: string): Row[] {
  const text = readFileSync(DOCUMENT, 'utf8');
  const section = text.split(`\n### ${heading}\n`)[1]?.split('\n#')[0] ?? '';
  const lines = section.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => {
    const [backup = '', current = '', time = '', newest = '', backupWins = '', currentWins = ''] = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    return {
      backup,
      current,
      time,
      newest: cellOf(newest),
      backupWins: cellOf(backupWins || newest),
      currentWins: cellOf(currentWins || newest),
      asksRule: backupWins !== '',
    };
  });
}

function cellOf(text: string): Cell {
  const found = /^(keep|put|delete|skip) `([a-z-]+)`$/.exec(text);
  if (found === null) throw new Error(`Expected an action and a reason, got "${text}"`);
  return { action: found[1] as string, reason: found[2] as string };
}
