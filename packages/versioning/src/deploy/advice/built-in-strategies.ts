import type { StrategyProfile } from './rule.ts';

/**
 * The strategies that come with Holdfast, as advice knows them. The better somebody or something looks at a deploy before and while it happens, the
 * more it has before any rule.
 */
export const BUILT_IN_STRATEGIES: readonly StrategyProfile[] = [
  {
    name: 'remote-ci',
    base: 60,
    carriesChanges: true,
    needsRemote: true,
    buildsHere: false,
    copiesFiles: false,
    isTested: true,
    isAttended: true,
  },
  {
    name: 'hybrid',
    base: 50,
    carriesChanges: true,
    needsRemote: false,
    buildsHere: true,
    copiesFiles: true,
    isTested: false,
    isAttended: true,
  },
  {
    name: 'server-controlled',
    base: 45,
    carriesChanges: true,
    needsRemote: false,
    buildsHere: false,
    copiesFiles: false,
    isTested: false,
    isAttended: false,
  },
  {
    name: 'local-restart',
    base: 40,
    carriesChanges: false,
    needsRemote: false,
    buildsHere: false,
    copiesFiles: false,
    isTested: false,
    isAttended: true,
  },
];
