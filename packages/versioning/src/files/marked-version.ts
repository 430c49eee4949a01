import { shown } from '../errors.ts';
import { isVersion } from '../version/parse-version.ts';
import { invalidVersionFile, type TextEdit, type VersionFile } from './text-edit.ts';
import { linesOf } from './text-lines.ts';

/** The comment that marks a line whose version is that of the release. */
export const VERSION_MARK = 'x-release-version';

/** The mark where it begins a comment of some language. */
const MARKED = /(?:\/\/|\/\*|#|--|;|%|<!--|\(\*|\{-|\{#|'|\bREM\b)[ \t]*x-release-version(?![\w-])/i;
/** What may be a version: `1.2.3` in `"v1.2.3"` and `tools@1.2.3`, but nothing in `tools-1.2.3.tgz`. */
const WORDS = /[0-9A-Za-z.+-]+/g;

/**
 * Raises the version in each line that is marked, or that stands below a line with nothing but the mark: not every language has comments behind what is
 * said. None when no line is marked.
 *
 * @throws {VersioningError} `INVALID_VERSION_FILE` for a marked line without a version, or with several.
 */
export function planMarkedVersions(file: VersionFile, version: string): TextEdit[] {
  const edits: TextEdit[] = [];
  let offset = 0;
  let isMarked = false;
  for (const line of linesOf(file.text)) {
    const mark = line.includes(VERSION_MARK) ? MARKED.exec(line) : null;
    const isAlone = mark !== null && line.slice(0, mark.index).trim() === '' && versionsIn(line).length === 0;
    if (isMarked || (mark !== null && !isAlone)) edits.push(editIn(line, { file, version, offset }));
    isMarked = isAlone;
    offset += line.length;
  }
  if (isMarked) edits.push(editIn('', { file, version, offset }));
  return edits;
}

/** Versions in a line, and where. */
function versionsIn(line: string): { readonly start: number; readonly end: number }[] {
  return [...line.matchAll(WORDS)].flatMap((match) => {
    const before = /^v(?=\d)/.exec(match[0])?.[0].length ?? 0;
    // A sentence may end behind it.
    const word = match[0].slice(before).replace(/\.$/, '');
    const start = match.index + before;
    return isVersion(word) ? [{ start, end: start + word.length }] : [];
  });
}

interface Marked {
  readonly file: VersionFile;
  readonly version: string;
  /** Where the line begins. */
  readonly offset: number;
}

function editIn(line: string, { file, version, offset }: Marked): TextEdit {
  const found = versionsIn(line);
  const [only] = found;
  if (only !== undefined && found.length === 1)
    return { start: offset + only.start, end: offset + only.end, text: version };
  throw invalidVersionFile(file, `one version in the line that ${VERSION_MARK} marks`, {
    offset,
    got: only === undefined ? shown(line.trim()) : `${found.length}`,
    hint: 'Write one version as 1.2.3 there, or mark each in a line of its own.',
  });
}
