import {
  ANY_CHARACTER,
  ANY_RUN,
  ANY_SEGMENTS,
  FIRST_CLASS,
  characterCode,
  characterLength,
  compilePathPattern,
} from './glob-pattern.ts';
import type { CharacterClass, NamePattern, PathPattern } from './glob-pattern.ts';

/** A compiled glob. Paths are relative, `/`-joined, as bytes. */
export interface Glob {
  /** Whether this very path matches. `isDirectory` counts for patterns that end in `/`; default `false`. */
  matches(path: Uint8Array, isDirectory?: boolean): boolean;
  /** Whether this path or a directory above it matches: what naming a folder to include or exclude means. */
  covers(path: Uint8Array, isDirectory?: boolean): boolean;
  /** All paths that match are this one or below it; empty where nothing is known. */
  readonly within: Buffer;
}

/**
 * Compiles one pattern: `*`, `?`, `[a-z]`, `**`, `\` before a character that is meant as such.
 *
 * A pattern without `/` (other than at its end) matches a name at any depth; any other is for the whole path, with
 * or without a leading `/`. A trailing `/` asks for a directory. A malformed pattern matches nothing. Time is
 * linear in the length of the path for a given pattern, whatever they hold.
 */
export function compileGlob(pattern: string | Uint8Array): Glob {
  const text = toByteString(pattern);
  const directoryOnly = text.endsWith('/');
  const compiled = compilePathPattern(directoryOnly ? text.slice(0, -1) : text);
  const test = (path: string, isDirectory: boolean): boolean =>
    compiled !== undefined &&
    (isDirectory || !directoryOnly) &&
    matchPathPattern(compiled, path, path.lastIndexOf('/') + 1);
  return {
    matches: (path, isDirectory = false) => test(toByteString(path), isDirectory),
    covers: (path, isDirectory = false) => {
      const bytes = toByteString(path);
      for (let end = bytes.indexOf('/'); end >= 0; end = bytes.indexOf('/', end + 1)) {
        if (test(bytes.slice(0, end), true)) return true;
      }
      return test(bytes, isDirectory);
    },
    within: Buffer.from(compiled === undefined ? '' : literalStart(compiled), 'latin1'),
  };
}

/** The segments that a pattern for whole paths begins with, as far as they can be but one text. */
function literalStart({ nameOnly, segments }: PathPattern): string {
  const names: string[] = [];
  for (const segment of nameOnly ? [] : segments) {
    if (segment === ANY_SEGMENTS || segment.kind !== 'literal') break;
    names.push(segment.text);
  }
  return names.join('/');
}

/** Whether `path` matches `pattern`; the syntax is that of an ignore file without `!`. */
export function matchGlob(pattern: string | Uint8Array, path: Uint8Array): boolean {
  return compileGlob(pattern).matches(path);
}

/** One character per byte. Strings are taken as UTF-8. */
export function toByteString(value: string | Uint8Array): string {
  if (typeof value === 'string') return Buffer.from(value, 'utf8').toString('latin1');
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('latin1');
}

/**
 * Matches a byte string from `from` on. `nameStart` is where its last segment starts.
 *
 * The last `**` passed is the only one to come back to: an earlier one could only skip more than it did.
 */
export function matchPathPattern(pattern: PathPattern, path: string, nameStart: number, from = 0): boolean {
  const { segments } = pattern;
  if (pattern.nameOnly) return matchName(segments[0] as NamePattern, path, nameStart, path.length);
  let at = from;
  let index = 0;
  let resumeIndex = -1;
  let resumeAt = 0;
  while (at <= path.length) {
    const segment = segments[index];
    if (segment === ANY_SEGMENTS) {
      resumeIndex = ++index;
      resumeAt = at;
      continue;
    }
    const end = segmentEnd(path, at);
    if (segment !== undefined && matchName(segment, path, at, end)) {
      at = end + 1;
      index++;
      continue;
    }
    if (resumeIndex < 0) return false;
    resumeAt = segmentEnd(path, resumeAt) + 1;
    at = resumeAt;
    index = resumeIndex;
  }
  return index === segments.length;
}

function segmentEnd(path: string, start: number): number {
  const end = path.indexOf('/', start);
  return end < 0 ? path.length : end;
}

/** Matches `text` from `start` to `end`, a name without `/`. Empty names match nothing. */
function matchName(pattern: NamePattern, text: string, start: number, end: number): boolean {
  if (start >= end) return false;
  if (pattern.kind === 'tokens') return matchTokens(pattern.tokens, pattern.classes, text.slice(start, end));
  const length = pattern.text.length;
  if (pattern.kind === 'literal') return end - start === length && text.startsWith(pattern.text, start);
  return end - start >= length && text.startsWith(pattern.text, end - length);
}

/** As with `**`: only the last `*` passed can usefully take more, so the work is bounded by tokens times characters. */
function matchTokens(tokens: readonly number[], classes: readonly CharacterClass[], text: string): boolean {
  let at = 0;
  let index = 0;
  let resumeIndex = -1;
  let resumeAt = 0;
  while (at < text.length) {
    const token = tokens[index];
    if (token === ANY_RUN) {
      resumeIndex = ++index;
      resumeAt = at;
      continue;
    }
    const length = token === undefined ? 0 : matchToken(token, classes, text, at);
    if (length > 0) {
      at += length;
      index++;
      continue;
    }
    if (resumeIndex < 0) return false;
    resumeAt += characterLength(text, resumeAt);
    at = resumeAt;
    index = resumeIndex;
  }
  return index === tokens.length || (index === tokens.length - 1 && tokens[index] === ANY_RUN);
}

/** How many bytes the token takes at `at`; 0 when it does not match. */
function matchToken(token: number, classes: readonly CharacterClass[], text: string, at: number): number {
  if (token >= 0) return text.charCodeAt(at) === token ? 1 : 0;
  const length = characterLength(text, at);
  if (token === ANY_CHARACTER) return length;
  const characters = classes[FIRST_CLASS - token];
  return characters !== undefined && inClass(characters, characterCode(text, at, length)) ? length : 0;
}

function inClass(characters: CharacterClass, code: number): boolean {
  const { ranges } = characters;
  for (let i = 0; i + 1 < ranges.length; i += 2) {
    if (code >= (ranges[i] as number) && code <= (ranges[i + 1] as number)) return !characters.negated;
  }
  return characters.negated;
}
