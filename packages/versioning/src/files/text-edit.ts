import { shown, VersioningError } from '../errors.ts';
import { lineNumberAt } from './text-lines.ts';

/** Text in the place of a span of another text. */
export interface TextEdit {
  /** UTF-16 units from the beginning. */
  readonly start: number;
  /** After the last unit; that of `start` where text is added. */
  readonly end: number;
  readonly text: string;
}

/** Carries out edits that do not overlap; those of the same span count once. */
export function applyTextEdits(text: string, edits: readonly TextEdit[]): string {
  let changed = '';
  let done = 0;
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    if (edit.start < done) continue;
    changed += text.slice(done, edit.start) + edit.text;
    done = edit.end;
  }
  return changed + text.slice(done);
}

/** A file that a version is written to. */
export interface VersionFile {
  readonly path: string;
  /** Without byte order mark. */
  readonly text: string;
}

/** The error of a file that has no version where one is expected. */
export function invalidVersionFile(
  { path, text }: VersionFile,
  expected: string,
  {
    offset,
    got,
    hint,
  }: { readonly offset?: number | undefined; readonly got: string; readonly hint?: string | undefined },
): VersioningError {
  const place = offset === undefined ? shown(path) : `${shown(path)}, line ${lineNumberAt(text, offset)}`;
  return new VersioningError('INVALID_VERSION_FILE', `Expected ${expected} in ${place}, got ${got}`, { hint });
}
