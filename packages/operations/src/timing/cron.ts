import { Cron } from 'croner';
import { OperationsError, shown } from '../errors.ts';

const known = new Map<string, Cron>();
/** Expressions that are remembered. */
const MOST = 256;

/**
 * A cron expression that only tells times: nothing is started.
 *
 * @throws {OperationsError} `INVALID_TIMING`
 */
export function cronOf(expression: string, timeZone = 'UTC'): Cron {
  const name = `${timeZone} ${expression}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  let made: Cron;
  try {
    // Lists of hours are times of day, too, where clocks are put forward or back.
    made = new Cron(expression, {
      timezone: timeZone,
      mode: '5-or-6-parts',
      paused: true,
      fixedTimeRule: 'no-wildcard',
    });
    made.nextRun(new Date(0));
  } catch (error) {
    throw new OperationsError(
      'INVALID_TIMING',
      `Expected a cron expression and a time zone, got ${shown(expression)} in ${shown(timeZone)}: ${reasonOf(error)}`,
      { cause: error, hint: 'Such as "0 2 * * 1-5" (minute, hour, day, month, weekday) in "Europe/Lisbon".' },
    );
  }
  if (known.size >= MOST) known.clear();
  known.set(name, made);
  return made;
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Cron\w+: /, '').split('. ')[0] ?? text;
}
