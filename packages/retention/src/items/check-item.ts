import { RetentionError, shown } from '../errors.ts';
import type { RetentionItem } from './item.ts';

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isFlag: Check = (value) => typeof value === 'boolean';
const isName: Check = (value) => typeof value === 'string' && value !== '';

/** What fields that are not `undefined` must be. */
const FIELDS: ReadonlyMap<string, readonly [string, Check]> = new Map<string, readonly [string, Check]>([
  ['trusted', ['true or false', isFlag]],
  ['good', ['true or false', isFlag]],
  ['tags', ['an array of texts', (value) => Array.isArray(value) && value.every(isText)]],
  ['kind', ['a text', isText]],
  ['group', ['a text', isText]],
  ['version', ['a text', isText]],
  ['bytes', ['a number of at least 0', (value) => typeof value === 'number' && value >= 0 && value < Infinity]],
  ['parent', ['the id of an item', isName]],
  ['hold', ['{ who, why }, neither of them empty', isHold]],
  ['immutable', ['true or false', isFlag]],
  ['inUse', ['true, false or what uses it', (value) => isFlag(value) || isName(value)]],
]);

function isHold(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { who, why } = value as Record<string, unknown>;
  return isName(who) && isName(why);
}

/**
 * Refuses what is no item. Times are checked where they are read.
 *
 * @throws RetentionError `INVALID_ITEM`
 */
export function checkItem(item: unknown, index: number): asserts item is RetentionItem {
  if (typeof item !== 'object' || item === null) throw invalid(`items[${index}]`, 'to be an object', item);
  const fields = item as Record<string, unknown>;
  const { id } = fields;
  if (!isName(id)) throw invalid(`items[${index}]`, 'to have an id that is a text and not empty', id);
  // Most have few of the fields, and asking a million for all of them takes longer than all the rest.
  for (const name in fields) {
    const rule = FIELDS.get(name);
    const value = fields[name];
    if (rule !== undefined && value !== undefined && !rule[1](value)) {
      throw invalid(`${name} of item ${shown(id)}`, `to be ${rule[0]}`, value);
    }
  }
}

function invalid(what: string, expected: string, value: unknown): RetentionError {
  return new RetentionError('INVALID_ITEM', `Expected ${what} ${expected}, got ${shown(value)}`);
}
