import type { AdviceContext, AdviceDiff } from './context.ts';
import { type AdviceRule, blocker, points } from './rule.ts';

/** Types of commits that repair, and those that users don't meet. */
const REPAIRS = new Set(['fix', 'hotfix', 'perf', 'revert', 'security']);
const UNSEEN = new Set(['docs', 'test', 'style', 'chore', 'ci', 'build']);

const hasChanges = ({ files, migrations }: AdviceDiff): boolean => files + migrations > 0;

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** The types that there are commits of. */
function typesOf({ commitTypes }: AdviceContext): readonly string[] {
  return Object.keys(commitTypes).filter((type) => (commitTypes[type] ?? 0) > 0);
}

/** Rules about what a deploy would change. */
export const CHANGE_RULES: readonly AdviceRule[] = [
  {
    name: 'changes',
    weigh({ diff }, { carriesChanges }) {
      if (diff === undefined) return undefined;
      if (hasChanges(diff))
        return carriesChanges
          ? undefined
          : blocker('What has changed would not get live: a restart runs the release that is there.');
      return carriesChanges
        ? points(-20, 'Nothing has changed: there is no release to bring.')
        : points(25, 'Nothing has changed: starting it again is all that can be done.');
    },
  },
  {
    name: 'migrations',
    weigh({ diff }, { carriesChanges, isTested, isAttended }) {
      if (diff === undefined || diff.migrations === 0 || !carriesChanges) return undefined;
      const what = counted(diff.migrations, 'migration');
      if (!isAttended && diff.contractMigrations > 0) {
        return points(-25, `${what}, ${diff.contractMigrations} without a way back, would run while nobody looks.`);
      }
      if (!isAttended) return points(-15, `${what} would run while nobody looks.`);
      return isTested
        ? points(10, `${what} would have run in tests before.`)
        : points(-5, `${what} would run untested.`);
    },
  },
  {
    name: 'settings',
    weigh({ diff }, { carriesChanges, isAttended }) {
      const keys = diff?.configKeys ?? [];
      if (keys.length === 0 || !carriesChanges) return undefined;
      const what = counted(keys.length, 'setting');
      return isAttended
        ? points(-2, `${what} have to be looked at on the server first.`)
        : points(-10, `${what} would have to be right already: nobody looks.`);
    },
  },
  {
    name: 'ports',
    weigh({ diff }, { carriesChanges, isAttended }) {
      const ports = diff?.ports ?? [];
      if (ports.length === 0 || !carriesChanges) return undefined;
      const what = `New ports (${ports.join(', ')}) may need a firewall or a proxy to be set.`;
      return points(isAttended ? -3 : -10, what);
    },
  },
  {
    name: 'models',
    weigh({ diff }, { copiesFiles, isAttended, carriesChanges }) {
      const files = diff?.modelFiles ?? [];
      if (files.length === 0 || !carriesChanges) return undefined;
      const what = counted(files.length, 'file');
      if (copiesFiles) return points(-10, `${what} of models would go over this machine's line.`);
      return isAttended ? undefined : points(5, `${what} of models would be fetched by the server itself.`);
    },
  },
  {
    name: 'commits',
    weigh(context, { carriesChanges, isTested, isAttended, buildsHere }) {
      const types = typesOf(context);
      if (!carriesChanges) return undefined;
      if (context.breakingCommits > 0) {
        const what = `${counted(context.breakingCommits, 'commit')} asks users to do something`;
        if (!isAttended) return points(-10, `${what}, and nobody would look.`);
        return isTested ? points(5, `${what}: tests before are worth their time.`) : undefined;
      }
      if (types.length === 0) return undefined;
      if (types.every((type) => REPAIRS.has(type)) && buildsHere)
        return points(5, 'Only repairs: this is the shortest way.');
      if (types.every((type) => UNSEEN.has(type)) && !isAttended)
        return points(5, 'Only commits that users do not meet: it can wait for the server.');
      return undefined;
    },
  },
];
