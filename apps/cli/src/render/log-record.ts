import type { FoundRecord } from '@x/logging';
import type { Colors } from '../terminal/output.ts';
import { displayText } from './text.ts';
import { formatTime } from './time.ts';

/** Fields that have a place of their own in a line, or are the same in most. */
const SHOWN: ReadonlySet<string> = new Set([
  'time',
  'timestamp',
  'level',
  'name',
  'msg',
  'message',
  'tenant',
  'hostname',
  'host',
  'pid',
  'number',
  'previous',
  'hash',
  'recorded',
]);

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return displayText(/[\s"]/.test(text) && typeof value === 'string' ? JSON.stringify(text) : text);
}

/** The stack of an error on lines of its own would take the screen: its code and message are enough. */
function errorText(value: unknown): string {
  const { code, message } = value as { readonly code?: unknown; readonly message?: unknown };
  return [code, message].filter((each) => typeof each === 'string').join(': ');
}

/** A record for people: time, level, who, what, and the rest as `name=value`. */
export function recordText(record: FoundRecord, colors: Colors): string {
  const { time, level = '', name, tenant, message, fields, unparsable } = record;
  if (unparsable) return colors.dim(displayText(record.line));
  const rest = Object.entries(fields)
    .filter(([key, value]) => !SHOWN.has(key) && value !== null)
    .map(([key, value]) => {
      const isError = key === 'err' && typeof value === 'object';
      return `${displayText(key)}=${isError ? valueText(errorText(value)) : valueText(value)}`;
    });
  const shade = { warn: colors.yellow, error: colors.red, fatal: colors.red }[level] ?? ((text: string) => text);
  const who = [name, tenant].filter((each) => each !== undefined).map((each) => displayText(each));
  const parts = [formatTime(time), shade(level.toUpperCase().padEnd(5)), ...who.map((each) => colors.bold(each))];
  return [...parts, ...(message === undefined ? [] : [displayText(message)]), ...rest].join(' ');
}
