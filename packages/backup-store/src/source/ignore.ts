import { matchPathPattern, toByteString } from './glob.ts';
import { compilePathPattern } from './glob-pattern.ts';
import type { PathPattern } from './glob-pattern.ts';

/** One line of an ignore file. */
export interface IgnoreRule {
  readonly pattern: PathPattern;
  /** `!`: takes back what an earlier rule ignored. */
  readonly negated: boolean;
  readonly directoryOnly: boolean;
}

/** The rules of one directory, and those of the directories above it, which count less. */
export interface IgnoreLevel {
  readonly rules: readonly IgnoreRule[];
  /** Where a path below this directory starts to be relative to it: the length of `dir/`. */
  readonly from: number;
  readonly above: IgnoreLevel | undefined;
}

/** Compiles the text of an ignore file: as the manual `gitignore(5)` has it. Lines that can't match anything are left out. */
export function parseIgnoreFile(content: Uint8Array): IgnoreRule[] {
  let text = toByteString(content);
  // A UTF-8 byte order mark, as some editors write it.
  if (text.startsWith('\xef\xbb\xbf')) text = text.slice(3);
  const rules: IgnoreRule[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('#')) continue;
    const rule = compileRule(trimLine(line));
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

/** Compiles exclude options: the same patterns, taken literally (no comments, blanks at the end count). */
export function compileIgnorePatterns(patterns: readonly string[]): IgnoreRule[] {
  return patterns.flatMap((pattern) => compileRule(toByteString(pattern)) ?? []);
}

/**
 * Whether the entry is ignored, by the last rule of the deepest level that matches; `undefined` when none does.
 *
 * What lies below an ignored directory is not asked for: nothing in it can be taken back.
 */
export function isIgnored(
  level: IgnoreLevel | undefined,
  path: string,
  entry: { readonly nameStart: number; readonly isDirectory: boolean },
): boolean | undefined {
  for (let current = level; current !== undefined; current = current.above) {
    for (let i = current.rules.length - 1; i >= 0; i--) {
      const rule = current.rules[i] as IgnoreRule;
      if (rule.directoryOnly && !entry.isDirectory) continue;
      if (matchPathPattern(rule.pattern, path, entry.nameStart, current.from)) return !rule.negated;
    }
  }
  return undefined;
}

function compileRule(line: string): IgnoreRule | undefined {
  const negated = line.startsWith('!');
  let body = negated ? line.slice(1) : line;
  const directoryOnly = body.endsWith('/');
  if (directoryOnly) body = body.slice(0, -1);
  const pattern = compilePathPattern(body);
  return pattern === undefined ? undefined : { pattern, negated, directoryOnly };
}

/** Takes off a carriage return and unescaped blanks at the end. */
function trimLine(line: string): string {
  let end = line.endsWith('\r') ? line.length - 1 : line.length;
  while (end > 0 && line[end - 1] === ' ' && !isEscaped(line, end - 1)) end--;
  return line.slice(0, end);
}

/** An odd number of backslashes before it. */
function isEscaped(line: string, index: number): boolean {
  let backslashes = 0;
  while (line[index - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
