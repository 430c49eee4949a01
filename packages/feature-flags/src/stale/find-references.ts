import { isAskedFor } from './calls.ts';
import type { FlagReference } from './reference.ts';
import { unquotedIn } from './unquoted.ts';

const QUOTES = ['"', "'", '`'] as const;
const [DOUBLE, SINGLE, BACK] = QUOTES.map((quote) => quote.charCodeAt(0));
const NEWLINE = 10;

/** Names of flags, ready to be looked for. */
export interface FlagKeys {
  readonly all: ReadonlySet<string>;
  /** How long the longest is. */
  readonly longest: number;
  /** How many quotes are in one, at most. */
  readonly quotes: number;
}

/** Prepares names of flags. */
export function flagKeys(keys: Iterable<string>): FlagKeys {
  const all = new Set(keys);
  let [longest, quotes] = [0, 0];
  for (const key of all) {
    longest = Math.max(longest, key.length);
    quotes = Math.max(quotes, key.match(/["'`]/g)?.length ?? 0);
  }
  return { all, longest, quotes };
}

/** No name that a call asks for is longer. */
const LONGEST_NAME = 200;

/**
 * Finds names of flags in the source text of any language, in one pass for all of them.
 *
 * Languages are not parsed: what stands between two quotes of a kind is looked up, from each quote to the next, as if each could begin a text. So a quote in a
 * comment or an apostrophe hides nothing, and what stands between two texts is looked up in vain.
 */
export function referencesIn(text: string, file: string, keys: FlagKeys): readonly FlagReference[] {
  const found: { readonly key: string; readonly at: number; readonly kind: FlagReference['kind'] }[] = [];
  const isYaml = /\.ya?ml$/i.test(file);
  // Of a name without quotes only the last one can begin it.
  const open: number[] = [];
  const longest = Math.max(keys.longest * 2, LONGEST_NAME);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code !== DOUBLE && code !== SINGLE && code !== BACK) continue;
    for (const [index, start] of open.entries()) {
      if (text.charCodeAt(start) !== code || at - start - 1 > longest || at === start + 1) continue;
      const key = unescaped(text.slice(start + 1, at));
      if (keys.all.has(key)) {
        if (isYaml && isYamlKey(text, at)) continue;
        found.push({ key, at: start, kind: isAskedFor(text, start, at) ? 'call' : 'text' });
      } else if (index === open.length - 1 && isAskedFor(text, start, at)) {
        found.push({ key, at: start, kind: 'call' });
      }
    }
    open.push(at);
    if (open.length > keys.quotes + 1) open.shift();
  }
  for (const { text: key, at } of unquotedIn(file)?.(text) ?? [])
    if (keys.all.has(key)) found.push({ key, at, kind: 'text' });
  return withLines(text, file, found);
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(.)/g, '$1') : text;
}

/** Other files of flags have the same keys; that is no use of them. */
function isYamlKey(text: string, end: number): boolean {
  return /^\s*:(?:\s|$)/.test(text.slice(end + 1, end + 9));
}

function withLines(
  text: string,
  file: string,
  found: readonly { readonly key: string; readonly at: number; readonly kind: FlagReference['kind'] }[],
): readonly FlagReference[] {
  let [line, counted] = [1, 0];
  return found
    .toSorted((a, b) => a.at - b.at)
    .map(({ key, at, kind }) => {
      for (; counted < at; counted++) if (text.charCodeAt(counted) === NEWLINE) line++;
      return { key, file, line, kind };
    });
}
