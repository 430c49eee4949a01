import type { OperationEvent } from '../events/contract.ts';
import { type AlertRule, type DetailCondition, type EventCondition, listOf } from './rule.ts';

/** The value of a field of an event: `tenant`, `host`, `principal`, `details.NAME`, `details.NAME.NAME`. */
function fieldOf(event: OperationEvent, field: string): unknown {
  const [first = '', ...path] = field.split('.');
  if (first === 'tenant' || first === 'host' || first === 'principal' || first === 'name') return event[first];
  return first === 'details' ? within(event.details, path) : undefined;
}

function within(details: unknown, path: readonly string[]): unknown {
  let value = details;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
}

const isNamed = (name: string, pattern: string): boolean =>
  pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;

/** Whether an event is meant by a condition. */
export function isMeant(event: OperationEvent, { event: names, level, tenant, details = {} }: EventCondition): boolean {
  if (!listOf<string>(names).some((each) => isNamed(event.name, each))) return false;
  if (level !== undefined && !listOf(level).includes(event.level)) return false;
  if (tenant !== undefined && event.tenant !== tenant) return false;
  return Object.entries(details).every(([name, wanted]) => isSo(within(event.details, name.split('.')), wanted));
}

function isSo(value: unknown, wanted: DetailCondition): boolean {
  if (typeof wanted !== 'object') return value === wanted;
  const { above, below, oneOf } = wanted;
  if (oneOf !== undefined && !oneOf.includes(value as string)) return false;
  if (above !== undefined && !(typeof value === 'number' && value > above)) return false;
  return below === undefined || (typeof value === 'number' && value < below);
}

/** Longest name of one alert, in characters. */
const LONGEST = 300;

/** What sets an alert apart: `backup-failed`, `backup-failed/hotel-rio`. */
export function keyOf({ name, by = [] }: Pick<AlertRule, 'name' | 'by'>, event: OperationEvent): string {
  const parts = by.map((field) => fieldText(fieldOf(event, field)).replaceAll('/', '-'));
  return [name, ...parts].join('/').slice(0, LONGEST);
}

/** A title with what is known filled in. */
export function titleOf(title: string, event: OperationEvent): string {
  return oneLine(title.replaceAll(/\{([a-zA-Z0-9_.]+)\}/g, (_all, field: string) => fieldText(fieldOf(event, field))));
}

function fieldText(value: unknown): string {
  if (value === undefined || value === null) return '?';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

/** A text on one line, and short: what goes into subjects and lists comes from anywhere. */
export function oneLine(text: string): string {
  const line = text.replaceAll(/\p{Cc}+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
