import { shown, VersioningError } from '../errors.ts';
import type { ArtifactContent } from './model.ts';
import { comparePaths } from './path-order.ts';
import { flawOfPath, PathSet } from '@x/integrity/archive';

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const FILE_FIELDS: ReadonlySet<string> = new Set(['path', 'kind', 'size', 'executable', 'digest']);

/** The error of a list of contents, or of its text, that is not what it has to be. */
export function invalidContents(expectation: string, found: string, cause?: unknown): VersioningError {
  return new VersioningError('INVALID_CONTENTS', `Expected ${expectation}, got ${found}`, {
    cause,
    hint: 'Take it as createArtifact, readContents or formatContents gave it, and compare its digest.',
  });
}

/** Checks the entries of one list, one after the other, and adds up their sizes. */
export class ContentsCheck {
  readonly #paths = new PathSet();
  #last = '';
  /** Entries so far. */
  entries = 0;
  /** Bytes of all files so far. */
  size = 0;

  /** @throws {VersioningError} `INVALID_CONTENTS`. */
  add(value: unknown): ArtifactContent {
    const content = checkedContent(value);
    const { path, kind, size } = content;
    if (this.entries > 0 && comparePaths(this.#last, path) >= 0) {
      throw invalidContents('each path once and in bytewise order', `${shown(path)} after ${shown(this.#last)}`);
    }
    const flaw = flawOfPath(path) ?? this.#paths.add(path, kind);
    if (flaw !== undefined)
      throw invalidContents('paths that are the same on every system', `${shown(path)}, which ${flaw}`);
    this.#last = path;
    this.entries++;
    this.size += size;
    if (!Number.isSafeInteger(this.size))
      throw invalidContents('sizes that can be added up', `${shown(path)} with ${size}`);
    return content;
  }
}

function checkedContent(value: unknown): ArtifactContent {
  if (typeof value !== 'object' || value === null) throw invalidContents('an entry', shown(value));
  const content = value as ArtifactContent;
  const { path, kind, size, executable, digest } = content;
  if (typeof path !== 'string' || !path.isWellFormed()) throw invalidContents('a path in Unicode', shown(path));
  const fail = (expectation: string, found: unknown): VersioningError =>
    invalidContents(`${expectation} of ${shown(path)}`, shown(found));
  const unknown = Object.keys(content).find((name) => !FILE_FIELDS.has(name));
  if (unknown !== undefined) throw fail('no other field', unknown);
  if (!Number.isSafeInteger(size) || size < 0) throw fail('a size in bytes', size);
  if (typeof executable !== 'boolean') throw fail('an executable bit', executable);
  if (kind === 'directory') {
    if (size > 0 || executable || digest !== undefined) throw fail('no content', digest ?? size);
  } else if (kind !== 'file') throw fail('a file or a folder', kind);
  else if (typeof digest !== 'string' || !DIGEST.test(digest)) throw fail('a SHA-256', digest);
  return content;
}
