import { RetentionError, shown } from '../errors.ts';
import type { GroupField, RetentionItem } from './item.ts';

const FIELDS: readonly GroupField[] = ['group', 'kind', 'tags'];

/**
 * Splits an order of items into that of each group, keeping it.
 *
 * @throws RetentionError `INVALID_OPTION`
 */
export function splitByGroup(items: readonly RetentionItem[], order: Uint32Array, groupBy: unknown): Uint32Array[] {
  const keyOf = keyFunction(groupBy);
  const numbers = new Map<string, number>();
  const groupOf = new Uint32Array(items.length);
  const sizes: number[] = [];
  let before: string | undefined;
  let group = 0;
  for (let position = 0; position < items.length; position++) {
    const key = keyOf(items[position] as RetentionItem);
    // Most are of the group of the one before.
    if (key !== before) group = numbers.get(key) ?? numbers.size;
    if (group === numbers.size) numbers.set(key, group);
    before = key;
    groupOf[position] = group;
    sizes[group] = (sizes[group] ?? 0) + 1;
  }
  if (sizes.length === 1) return [order];
  const groups = sizes.map((size) => new Uint32Array(size));
  const filled = new Uint32Array(sizes.length);
  for (const position of order) {
    const number = groupOf[position] ?? 0;
    const place = filled[number] ?? 0;
    const members = groups[number];
    if (members) members[place] = position;
    filled[number] = place + 1;
  }
  return groups;
}

function keyFunction(groupBy: unknown): (item: RetentionItem) => string {
  if (typeof groupBy === 'function') return checkedFunction(groupBy as (item: RetentionItem) => unknown);
  const fields: readonly unknown[] = Array.isArray(groupBy) ? groupBy : [groupBy];
  if (!fields.every(isField)) {
    const message = `Expected groupBy to be a function or some of ${FIELDS.join(', ')}, got ${shown(groupBy)}`;
    throw new RetentionError('INVALID_OPTION', message);
  }
  const [only] = fields;
  if (fields.length === 1 && only === 'group') return (item) => item.group ?? '';
  return (item) => JSON.stringify(fields.map((field) => (field === 'tags' ? item.tags?.toSorted() : item[field])));
}

function isField(value: unknown): value is GroupField {
  return FIELDS.includes(value as GroupField);
}

function checkedFunction(groupBy: (item: RetentionItem) => unknown): (item: RetentionItem) => string {
  return (item) => {
    let key: unknown;
    try {
      key = groupBy(item);
    } catch (cause) {
      throw new RetentionError('INVALID_OPTION', `Expected groupBy to return a text for ${shown(item.id)}, it threw`, {
        cause,
      });
    }
    if (typeof key === 'string') return key;
    const message = `Expected groupBy to return a text for ${shown(item.id)}, got ${shown(key)}`;
    throw new RetentionError('INVALID_OPTION', message);
  };
}
