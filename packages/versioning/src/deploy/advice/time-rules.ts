import { endOf, inTimeOrder } from '../metrics/changes.ts';
import type { Deployment } from '../run/contract.ts';
import { businessHoursTest } from './business-hours.ts';
import type { AdviceContext } from './context.ts';
import { isFailedRun } from './past-runs.ts';
import { type AdviceRule, points } from './rule.ts';

const HOUR_MS = 3_600_000;
const LONG_MS = 14 * 24 * HOUR_MS;
/** How many deploys like this one are remembered. */
const REMEMBERED = 20;
/** With this many that all went well, there is something to say. */
const ENOUGH_GOOD = 5;

/** Rules about when it is, and what happened before. */
export const TIME_RULES: readonly AdviceRule[] = [
  {
    name: 'hours',
    weigh({ businessHours, now, diff }, { isAttended, carriesChanges }) {
      if (!carriesChanges) return undefined;
      if (businessHoursTest(businessHours)(now)) {
        return (diff?.migrations ?? 0) > 0
          ? points(-5, 'People are at work, and migrations may hold them up.')
          : undefined;
      }
      return isAttended
        ? points(-3, 'It is outside business hours: fewer people can help.')
        : points(-10, 'It is outside business hours: nobody would see it fail.');
    },
  },
  {
    name: 'pace',
    weigh(context, { isAttended, isTested, carriesChanges }) {
      const last = lastEnd(context);
      if (last === undefined || !carriesChanges) return undefined;
      const since = Math.max(0, context.now - last);
      if (since < HOUR_MS)
        return points(-5, 'The last deploy is less than an hour old: what is wrong with it may not have shown.');
      if (since < LONG_MS) return undefined;
      const text = `The last deploy is ${Math.floor(since / (24 * HOUR_MS))} days old: much comes at once.`;
      return isTested ? points(5, text) : isAttended ? undefined : points(-5, text);
    },
  },
  {
    name: 'past failures',
    weigh(context, { name }) {
      const similar = similarRuns(context, name);
      const failed = similar.filter(isFailedRun(context.history)).length;
      if (failed > 0)
        return points(
          -Math.min(20, 4 * failed),
          `${failed} of the last ${similar.length} such deploys by ${name} failed.`,
        );
      return similar.length < ENOUGH_GOOD
        ? undefined
        : points(5, `The last ${similar.length} such deploys by ${name} went well.`);
    },
  },
];

function lastEnd({ history, channel, now }: AdviceContext): number | undefined {
  const ends = history
    .filter((each) => each.channel === channel && each.kind === 'deploy')
    .flatMap((each) => endOf(each) ?? [])
    .filter((end) => end <= now);
  return ends.length === 0 ? undefined : ends.reduce((a, b) => Math.max(a, b));
}

/** The last deploys of the channel by a strategy, with migrations where this one has some and without where it has none. */
function similarRuns({ history, channel, diff, now }: AdviceContext, strategy: string): readonly Deployment[] {
  const hasMigrations = (diff?.migrations ?? 0) > 0;
  return inTimeOrder(history)
    .filter(
      (each) =>
        each.channel === channel &&
        each.strategy === strategy &&
        (each.kind === 'deploy' || each.kind === 'restart') &&
        each.outcome !== 'undone' &&
        each.migrations > 0 === hasMigrations &&
        (endOf(each) ?? Infinity) <= now,
    )
    .slice(-REMEMBERED);
}
