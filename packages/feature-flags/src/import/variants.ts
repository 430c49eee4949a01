import type { Json } from '../definition/model.ts';

/** Names for the values of a flag that has none: `on` and `off`, the text itself if it is short, else `value-1` and so on. */
export interface Variants {
  /** The name of a value; of equal values the same. */
  nameOf(value: Json): string;
  readonly byName: Readonly<Record<string, Json>>;
}

/** Values without names yet. */
export function newVariants(): Variants {
  const names = new Map<string, string>();
  const byName: Record<string, Json> = {};
  return {
    byName,
    nameOf(value) {
      const text = JSON.stringify(value);
      const known = names.get(text);
      if (known !== undefined) return known;
      const name = nameFor(value, names.size + 1);
      const free = Object.hasOwn(byName, name) ? `value-${names.size + 1}` : name;
      names.set(text, free);
      byName[free] = value;
      return free;
    },
  };
}

/** A name for a value, the position of which is known. */
export function nameFor(value: Json, position: number): string {
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  const isShort = typeof value === 'string' && /^[\w-]{1,40}$/.test(value);
  return isShort && !['__proto__', 'constructor', 'prototype'].includes(value) ? value : `value-${position}`;
}
