import { canonicalJson } from '@x/integrity';
import { shown, type VersioningError } from '../errors.ts';
import { ContentsCheck, invalidContents } from './check-content.ts';
import type { ArtifactContent } from './model.ts';
import { inPathOrder } from './path-order.ts';

/** Of UTF-8. Enough for more than a million entries. */
const MAX_BYTES = 256 * 1024 * 1024;
/** Characters of a line. A path has at most 900 bytes, and nothing in it that JSON escapes. */
const MAX_LINE = 2048;

const FORMAT = 'holdfast-contents';
const VERSION = 1;

/** A byte order mark is left in, to be refused: there is one form only. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Writes a list of contents as text: a line that says what it is, then a line for each entry in bytewise order of paths, each
 * in canonical JSON (RFC 8785). Equal contents give equal bytes, so that its digest stands for the contents. The format is
 * written down in `docs/formats/contents.md`.
 *
 * @throws {VersioningError} `INVALID_CONTENTS` for a list that was made or altered by hand, and above 256 MiB.
 * @example
 * ```ts
 * import { digest } from '@x/integrity';
 * import { formatContents, readContents } from '@x/versioning';
 *
 * const text = formatContents(await readContents('app-1.2.3.zip'));
 * console.log(`${await digest(new TextEncoder().encode(text))}`);
 * ```
 */
export function formatContents(contents: readonly ArtifactContent[]): string {
  const check = new ContentsCheck();
  let bytes = MAX_LINE;
  const lines = inPathOrder(contents).map((content) => {
    const line = lineOf(check.add(content));
    bytes += Buffer.byteLength(line) + 1;
    if (bytes > MAX_BYTES) throw tooLong('more');
    return line;
  });
  return [headerOf(check), ...lines, ''].join('\n');
}

/**
 * Reads what {@link formatContents} wrote, as text or as its bytes. It takes that form only, to the byte: then there is no second
 * text for the same contents, and the digest of the one is known to whoever has the other.
 *
 * @throws {VersioningError} `INVALID_CONTENTS`, with the line.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { parseContents } from '@x/versioning';
 *
 * for (const { path, digest } of parseContents(await readFile('app-1.2.3.contents'))) console.log(digest, path);
 * ```
 */
export function parseContents(source: string | Uint8Array): ArtifactContent[] {
  const lines = linesOf(textOf(source));
  const first = lines.next();
  const header = first.done === true ? '' : first.value;
  checkFormat(header);
  const check = new ContentsCheck();
  const contents: ArtifactContent[] = [];
  for (const line of lines) {
    const content = check.add(parsed(line, check.entries + 2));
    if (lineOf(content) !== line) throw invalidContents(`canonical JSON in line ${check.entries + 1}`, shown(line));
    contents.push(content);
  }
  const found = headerOf(check);
  if (header !== found) throw invalidContents(`the first line to be ${found}`, header);
  return contents;
}

function headerOf({ entries, size }: { readonly entries: number; readonly size: number }): string {
  return canonicalJson({ format: FORMAT, version: VERSION, entries, size });
}

function lineOf({ path, kind, size, executable, digest }: ArtifactContent): string {
  const fields = { path, kind, size, executable };
  return canonicalJson(kind === 'file' ? { ...fields, digest } : fields);
}

function textOf(source: string | Uint8Array): string {
  // A UTF-16 unit takes at least one byte, so most of what is too long is seen without counting.
  if (source.length > MAX_BYTES) throw tooLong('more');
  if (typeof source === 'string') return source;
  try {
    return decoder.decode(source);
  } catch (cause) {
    throw invalidContents('a list of contents in UTF-8', 'other bytes', cause);
  }
}

function* linesOf(text: string): Generator<string, void> {
  for (let [start, line] = [0, 1]; start < text.length; line++) {
    const end = text.indexOf('\n', start);
    if (end === -1) throw invalidContents(`a line end after line ${line}`, 'the end');
    if (end - start > MAX_LINE) throw invalidContents(`at most ${MAX_LINE} characters in line ${line}`, 'more');
    yield text.slice(start, end);
    start = end + 1;
  }
}

function checkFormat(header: string): void {
  const { format, version } = Object(parsed(header, 1)) as { readonly format?: unknown; readonly version?: unknown };
  if (format !== FORMAT) throw invalidContents(`a list of contents, of the format ${FORMAT}`, shown(format));
  if (version !== VERSION) throw invalidContents(`a list of contents of version ${VERSION}`, shown(version));
}

function parsed(line: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw invalidContents(`JSON in line ${number}`, shown(line), cause);
  }
}

function tooLong(found: string): VersioningError {
  return invalidContents(`a list of at most ${MAX_BYTES} bytes`, found);
}
