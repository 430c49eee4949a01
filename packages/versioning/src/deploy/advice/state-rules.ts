import type { AdviceContext } from './context.ts';
import { type AdviceRule, blocker, points, type RuleVerdict } from './rule.ts';

const DAY_MS = 86_400_000;
/** As the check of disks has them. */
const FULL_PERCENT = 90;
const FILLING_PERCENT = 80;

/** Rules about the state of checkout, remote and server. */
export const STATE_RULES: readonly AdviceRule[] = [
  {
    name: 'remote',
    weigh({ remote }, { needsRemote, carriesChanges }) {
      if (!needsRemote) {
        return remote === 'unreachable' && carriesChanges
          ? points(10, 'It needs no remote, and that can’t be reached.')
          : undefined;
      }
      if (remote === 'unreachable') return blocker('The remote can’t be reached: a push would not arrive.');
      if (remote === 'none') return blocker('The checkout has no remote to push to.');
      return remote === 'reachable'
        ? points(5, 'The remote answers.')
        : points(-10, 'Nobody knows whether the remote answers.');
    },
  },
  {
    name: 'dirty tree',
    weigh({ isDirty }, { buildsHere, carriesChanges, isAttended }) {
      if (!isDirty || !carriesChanges) return undefined;
      if (buildsHere) return blocker('The checkout has changes that no commit has: no release can be made of it.');
      return points(isAttended ? -15 : -5, 'The checkout has changes that no commit has: they would be left out.');
    },
  },
  {
    name: 'health',
    weigh({ health }, { carriesChanges, isAttended, isTested }) {
      if (health === 'fail') {
        if (!carriesChanges) return points(15, 'The service is ill: a restart is the quickest that may help.');
        if (!isAttended) return points(-15, 'The service is ill, and nobody would look.');
        return isTested ? points(-5, 'The service is ill, and tests take their time.') : undefined;
      }
      if (health !== 'warn') return undefined;
      if (!carriesChanges) return points(5, 'Checks of the service warn: a restart may help.');
      return isAttended ? undefined : points(-5, 'Checks of the service warn, and nobody would look.');
    },
  },
  {
    name: 'disk',
    weigh({ disk }, { carriesChanges }) {
      if (disk === undefined || !carriesChanges) return undefined;
      const { usedPercent, freeBytes, neededBytes } = disk;
      const used = `${Math.round(usedPercent)} %`;
      if (neededBytes !== undefined && freeBytes < neededBytes) {
        return blocker(`A new release needs ${neededBytes} bytes, and ${freeBytes} are free.`);
      }
      if (usedPercent >= FULL_PERCENT)
        return blocker(`The disk is used to ${used}: there may be no room for a new release.`);
      return usedPercent >= FILLING_PERCENT ? points(-5, `The disk is used to ${used}.`) : undefined;
    },
  },
  { name: 'backup', weigh: (context, { carriesChanges }) => backupVerdict(context, carriesChanges) },
];

/** The older the newest backup, the fewer points; without one, as few as with the oldest. */
function backupVerdict({ backupAgeMs, diff }: AdviceContext, carriesChanges: boolean): RuleVerdict | undefined {
  if (backupAgeMs === 'unknown') return undefined;
  const hasMigrations = (diff?.migrations ?? 0) > 0;
  const [each, most] = carriesChanges ? (hasMigrations ? [4, 20] : [2, 10]) : [1, 3];
  // An age that is none is that of a backup that nobody should count on.
  if (backupAgeMs === undefined || Number.isNaN(backupAgeMs)) return points(-most, 'There is no backup to go back to.');
  const days = Math.floor(Math.max(0, backupAgeMs) / DAY_MS);
  return points(-Math.min(most, days * each), `The newest backup is ${days} ${days === 1 ? 'day' : 'days'} old.`);
}
