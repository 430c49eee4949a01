import { RetentionError, shown } from '../errors.ts';
import { checkPolicy } from '../policy/check-policy.ts';
import type { RetentionPolicy } from '../policy/policy.ts';
import { COUNT_UNITS, VALUE_WORDS } from './words.ts';

/**
 * The next word: a run of anything but spaces, where quotes and one pair of brackets hold what they like. Sticky, so that what is
 * not closed is looked at once.
 */
const WORD = /\s*((?:"(?:[^"\\]|\\.)*"|\([^()]*\)|[^\s"()])+)/gy;
const COUNT = /^(\*|\d+)([a-z]+)$/;
const KEEP = /^(kind|tag)\.("(?:[^"\\]|\\.)*"|[^\s"()=]+)=(.+)$/;

/**
 * Reads a policy from text: `7d 4w 12m`, `20last within=14d`, `kind.full=(4w 3m) kind.incremental=7d max-bytes=200GB`. `*` is all:
 * `*y`. The README has all words.
 *
 * @throws RetentionError `INVALID_POLICY_TEXT` for text that is none, `INVALID_POLICY` for values that no policy has
 * @example
 * ```ts
 * import { formatPolicy, parsePolicy } from '@x/retention';
 *
 * const policy = parsePolicy('7d 4w 12m'); // { daily: 7, weekly: 4, monthly: 12 }
 * console.log(formatPolicy(policy)); // 7d 4w 12m
 * ```
 */
export function parsePolicy(text: string): RetentionPolicy {
  if (typeof text !== 'string') throw invalid(text, 'a text');
  const policy = readWords(text, readPolicyWord);
  checkPolicy(policy);
  return policy;
}

type Fields = Record<string, unknown>;

function readWords(text: string, read: (word: string, fields: Fields) => boolean): Fields {
  const fields: Fields = {};
  let end = 0;
  for (const { 0: match, 1: word = '', index } of text.matchAll(WORD)) {
    if (!read(word, fields)) throw invalid(word, 'a word of a policy, such as 7d, within=30d or kind.full=(4w 3m)');
    end = index + match.length;
  }
  if (text.slice(end).trim() !== '') throw invalid(text, 'quotes and brackets that are closed');
  return fields;
}

function readPolicyWord(word: string, fields: Fields): boolean {
  const keep = KEEP.exec(word);
  if (keep) return readKeep(keep, fields);
  const [, key, value = ''] = /^(name|immutable|previous-good|max-per-group|max-bytes)=(.+)$/.exec(word) ?? [];
  if (key === 'name') return put(fields, 'name', unquoted(value));
  if (key === 'immutable') return put(fields, 'immutable', value);
  if (key === 'previous-good')
    return put(fields, 'previousGood', value === 'true' ? true : value === 'false' ? false : value);
  if (key === 'max-per-group') return put(fields, 'maxPerGroup', limitOf(value));
  if (key === 'max-bytes') return put(fields, 'maxBytes', /^\d+$/.test(value) ? Number(value) : value);
  return readRuleWord(word, fields);
}

function limitOf(text: string): number | string {
  if (text === '*') return -1;
  return /^-?\d+$/.test(text) ? Number(text) : text;
}

function readRuleWord(word: string, fields: Fields): boolean {
  const [, count, unit] = COUNT.exec(word) ?? [];
  if (count !== undefined) {
    const name = unit === 'good' ? 'lastGood' : COUNT_UNITS.find(([, each]) => each === unit)?.[0];
    return name !== undefined && put(fields, name, count === '*' ? -1 : Number(count));
  }
  const equals = word.indexOf('=');
  const value = word.slice(equals + 1);
  if (word.slice(0, equals) === 'windows') return put(fields, 'windows', value.split(',').map(readWindow));
  const known = VALUE_WORDS.find(([, each]) => each === word.slice(0, equals));
  return known !== undefined && put(fields, known[0], value);
}

function readWindow(text: string): Fields {
  const [, until, keep, end] = /^([^:]+):([^/]+)(?:\/(.+))?$/.exec(text) ?? [];
  return end === undefined ? { until, keep } : { until, keep, end };
}

function readKeep([, word, name = '', value = '']: RegExpExecArray, fields: Fields): boolean {
  const group = word === 'kind' ? 'kinds' : 'tags';
  const keeps = (fields[group] ??= {}) as Fields;
  const key = unquoted(name);
  if (Object.hasOwn(keeps, key)) throw invalid(`${word}.${name}`, 'each word once');
  const isRules = value.startsWith('(') && value.endsWith(')');
  const keep = value === '*' ? -1 : isRules ? readWords(value.slice(1, -1), readRuleWord) : value;
  // __proto__ is a name like any other, and is not assigned to.
  Object.defineProperty(keeps, key, { value: keep, enumerable: true, configurable: true, writable: true });
  return true;
}

function put(fields: Fields, name: string, value: unknown): boolean {
  if (Object.hasOwn(fields, name)) throw invalid(name, 'each word once');
  fields[name] = value;
  return true;
}

function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  try {
    return JSON.parse(text) as string;
  } catch (cause) {
    throw new RetentionError('INVALID_POLICY_TEXT', `Expected a quoted name, got ${shown(text)}`, { cause });
  }
}

function invalid(value: unknown, expected: string): RetentionError {
  return new RetentionError('INVALID_POLICY_TEXT', `Expected ${expected}, got ${shown(value)}`, {
    hint: 'An example: 7d 4w 12m keeps 7 daily, 4 weekly and 12 monthly ones.',
  });
}
