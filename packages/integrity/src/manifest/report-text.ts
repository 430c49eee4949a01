import type { Finding, VerifyReport } from './findings.ts';
import type { EntryPath } from './model.ts';

const WIDTH = 'unreadable '.length;
// oxlint-disable-next-line eslint/no-control-regex -- they are what is looked for
const NEEDS_QUOTES = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069"\\]|^\s|\s$|^$/;

/**
 * A report for people: a line per finding, then a line with the figures. Names with control characters are quoted, so
 * that they can't play tricks with a terminal.
 *
 * @example
 * ```ts
 * import { createManifest, reportText, verifyManifest } from '@x/integrity';
 *
 * console.log(reportText(await verifyManifest('/mnt/copy', await createManifest('/data'))));
 * // changed    notes.txt: content, but not its time
 * // Compared 120 entries, read 100 files (52428800 bytes): 1 finding.
 * ```
 */
export function reportText({ counts, findings }: VerifyReport): string {
  const lines = findings.map((finding) => `${finding.type.padEnd(WIDTH)}${quoted(finding)}${detail(finding)}`);
  const unproven =
    counts.unproven === 0
      ? ''
      : ` Nothing is known of ${counted(counts.unproven, 'path')} that the manifest could not read.`;
  const read = `read ${counted(counts.files, 'file')} (${counted(counts.bytes, 'byte')})`;
  const result = findings.length === 0 ? 'all as it should be' : counted(findings.length, 'finding');
  lines.push(
    `Compared ${counts.entries} ${counts.entries === 1 ? 'entry' : 'entries'}, ${read}: ${result}.${unproven}`,
  );
  return lines.join('\n');
}

function detail(finding: Finding): string {
  switch (finding.type) {
    case 'changed': {
      const { changes, expected, actual } = finding;
      if (changes[0] === 'kind') return `: was a ${expected.kind}, is a ${actual.kind}`;
      // Whoever writes to a file changes its time. Where only the content is another, the medium is to be suspected.
      const isSilent =
        changes.length === 1 &&
        changes[0] === 'content' &&
        expected.mtimeNs !== undefined &&
        expected.mtimeNs === actual.mtimeNs;
      return `: ${changes.join(', ')}${isSilent ? ', but not its time' : ''}`;
    }
    case 'renamed':
      return ` -> ${quoted(finding.to)}${finding.changes.length === 0 ? '' : `: ${finding.changes.join(', ')}`}`;
    case 'unreadable':
      return `: ${finding.reason}`;
    case 'missing':
    case 'extra':
      return '';
  }
}

/** A path, quoted if it has what could play tricks with a terminal. */
export function quoted({ path }: EntryPath): string {
  return NEEDS_QUOTES.test(path)
    ? JSON.stringify(path).replaceAll(/[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, escaped)
    : path;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
