import { invalidLockfile } from './place.ts';
import type { YarnEntry } from './yarn-graph.ts';

/** Deeper than the format goes: entry, list, name. */
const DEEPEST = 2;
const TOKEN = /"(?:[^"\\]|\\.)*"|[^\s:,"][^\s,]*?(?=:?(?:[\s,]|$))/gy;

/**
 * Reads the text of `yarn.lock` of yarn 1, which is a format of its own: two spaces for each level, `key value`, and `key:` before
 * a deeper level; texts in quotes are JSON's.
 */
export function parseYarnClassic(text: string, file: string): YarnEntry[] {
  const entries: YarnEntry[] = [];
  const open: (Record<string, unknown> | undefined)[] = [nothing()];
  let number = 0;
  for (const raw of text.split('\n')) {
    number += 1;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    const body = line.trimStart();
    if (body === '' || body.startsWith('#')) continue;
    const place = `${file}:${number}`;
    const depth = (line.length - body.length) / 2;
    const parent = open[depth];
    if (parent === undefined || depth > DEEPEST) throw invalidLockfile(place, 'two spaces more at most', line);
    open.length = depth + 1;
    const isOpening = body.endsWith(':');
    const tokens = tokensOf(isOpening ? body.slice(0, -1) : body, place);
    const [key, value] = tokens;
    const isWhole = isOpening ? tokens.length === 1 || depth === 0 : tokens.length === 2 && depth > 0;
    if (key === undefined || !isWhole) throw invalidLockfile(place, 'a key and a value', line);
    if (Object.hasOwn(parent, key)) throw invalidLockfile(place, 'each key once', key);
    const fields = isOpening ? nothing() : undefined;
    parent[key] = fields ?? value;
    if (fields !== undefined) open.push(fields);
    if (depth === 0) entries.push({ patterns: tokens, fields: fields ?? nothing(), place });
  }
  return entries;
}

/** Without a prototype: a package may be called `__proto__`. */
const nothing = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

function tokensOf(body: string, place: string): string[] {
  const tokens: string[] = [];
  let at = 0;
  while (at < body.length) {
    TOKEN.lastIndex = at;
    const [token] = TOKEN.exec(body) ?? [];
    if (token === undefined) throw invalidLockfile(place, 'a key or a value', body.slice(at));
    tokens.push(token.startsWith('"') ? unquoted(token, place) : token);
    at += token.length;
    while (body[at] === ' ' || body[at] === ',') at += 1;
  }
  return tokens;
}

function unquoted(token: string, place: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    throw invalidLockfile(place, 'a text in quotes as JSON has them', token);
  }
}
