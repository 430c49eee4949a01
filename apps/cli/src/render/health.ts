import type { OperationEvent } from '@x/operations';
import type { CheckUptime, HealthChange, HealthReport } from '@x/operations/health';
import { displayText } from './text.ts';
import { formatDuration, formatTime } from './time.ts';

/** Cells of each check: its name, state, since when, and what was found. */
export function checkCells({ checks, at }: HealthReport): readonly (readonly string[])[] {
  return checks.map(({ name, state, latest, since, durationMs, message, limit }) => [
    displayText(name),
    state === latest ? state : `${state} (now ${latest})`,
    formatDuration(Math.max(0, Date.parse(at) - Date.parse(since))),
    formatDuration(durationMs),
    `${displayText(message)}${limit === undefined || latest === 'healthy' ? '' : `; ${displayText(limit)}`}`,
  ]);
}

/** An event as a line of a log. */
export function healthEventText({ name, details }: OperationEvent): string {
  const { check, from, message } = details;
  const text = typeof message === 'string' ? displayText(message) : '';
  if (typeof check !== 'string') return `${name}  ${text}`;
  return `${name}  ${displayText(check)}${typeof from === 'string' ? `, was ${from}` : ''}: ${text}`;
}

/** Cells of a change. */
export function changeCells({ check, atMs, from, to, message }: HealthChange): readonly string[] {
  return [formatTime(atMs), displayText(check), from === undefined ? to : `${from} -> ${to}`, displayText(message)];
}

const percent = ({ percent: of, knownPercent }: CheckUptime['day']): string => {
  if (of === undefined) return 'unknown';
  const known = knownPercent >= 99.995 ? '' : ` (${knownPercent.toFixed(0)} % known)`;
  // What was down for a moment was not up all the time.
  const shown = of > 99.99 && of < 100 ? '> 99.99' : String(Number(of.toFixed(2)));
  return `${shown} %${known}`;
};

/** Cells of how long a check was up. */
export function uptimeCells({ check, day, week, month, quarter }: CheckUptime): readonly string[] {
  return [displayText(check), ...[day, week, month, quarter].map(percent)];
}
