import type { Logic } from '../definition/model.ts';

/** What a flag says that rules here can’t say. Never leaves this folder: it becomes a note, and the flag is imported disabled. */
export class Inexpressible extends Error {}

/** Fields of an object that came from somewhere. */
export type Fields = Readonly<Record<string, unknown>>;

/** An object; anything else has no fields. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A list; anything else has no items. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** A text; a number by its digits; anything else is empty. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The item of a list whose elements are looked at one by one. */
export const ITEM: Logic = { var: '' };

/** The field of a context; as rules go into objects by dots, there may be none in its name. */
export function field(name: string, fields: Readonly<Record<string, string>> = {}): Logic {
  if (name === '' || name.includes('.'))
    throw new Inexpressible(`Expected a field without dots, got ${JSON.stringify(name)}`);
  return { var: fields[name] ?? name };
}

export function all(rules: readonly Logic[]): Logic {
  const open = rules.filter((rule) => rule !== true);
  if (open.includes(false)) return false;
  return open.length === 0 ? true : open.length === 1 ? (open[0] as Logic) : { and: open };
}

export function any(rules: readonly Logic[]): Logic {
  const open = rules.filter((rule) => rule !== false);
  if (open.includes(true)) return true;
  return open.length === 0 ? false : open.length === 1 ? (open[0] as Logic) : { or: open };
}

export function not(rule: Logic): Logic {
  return typeof rule === 'boolean' ? !rule : { '!': [rule] };
}

export const isPresent = (value: Logic): Logic => ({ '!==': [value, null] });
export const isMissing = (value: Logic): Logic => ({ '===': [value, null] });
/** Only texts begin with nothing. */
export const isText = (value: Logic): Logic => ({ '===': [{ starts_with: [value, ''] }, true] });
export const isNumber = (value: Logic): Logic => all([isPresent(value), { '===': [{ number: [value] }, value] }]);
export const inText = (value: Logic): Logic => ({ cat: [value] });

/** Compares, but not with nothing, which would count as 0. */
export function compared(operator: string, value: Logic, expected: Logic): Logic {
  return all([isPresent(value), { [operator]: [value, expected] }]);
}

/** Whether a text is a version of three numbers: only then something can follow after a hyphen. */
export function isFullVersion(value: Logic): Logic {
  const longer = { cat: [value, '-0'] };
  return { sem_ver: [longer, '=', longer] };
}

export const startsWithV = (value: Logic): Logic =>
  any([{ starts_with: [inText(value), 'v'] }, { starts_with: [inText(value), 'V'] }]);

/** Pairs of condition and what follows, and what follows else; without conditions only that. */
export function choice(pairs: readonly (readonly [Logic, Logic])[], otherwise: Logic): Logic {
  const open = pairs.filter(([condition]) => condition !== false);
  const end = open.findIndex(([condition]) => condition === true);
  if (end === 0) return (open[0] as readonly [Logic, Logic])[1];
  if (end > 0) return choice(open.slice(0, end), (open[end] as readonly [Logic, Logic])[1]);
  return open.length === 0 ? otherwise : { if: [...open.flat(), otherwise] };
}

/** A list of texts, numbers and truth values: anything else would be read as a rule. */
export function plainList(values: unknown): Logic[] {
  const isPlain = (each: unknown): boolean => each === null || ['string', 'number', 'boolean'].includes(typeof each);
  const list = listOf(values);
  if (!list.every(isPlain)) throw new Inexpressible('Expected texts and numbers in a list, got lists or objects');
  return list as Logic[];
}
