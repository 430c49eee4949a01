import type { CommandDefinition } from '../program/command.ts';
import { flagsDisable, flagsEnable } from './flags-enable.ts';
import { flagsEval } from './flags-eval.ts';
import { flagsExplain } from './flags-explain.ts';
import { flagsExport } from './flags-export.ts';
import { flagsHistory } from './flags-history.ts';
import { flagsImport } from './flags-import.ts';
import { flagsLint } from './flags-lint.ts';
import { flagsList } from './flags-list.ts';
import { flagsRollback } from './flags-rollback.ts';
import { flagsRollout } from './flags-rollout.ts';
import { flagsSet } from './flags-set.ts';
import { flagsShow } from './flags-show.ts';
import { flagsSimulate } from './flags-simulate.ts';
import { flagsStale } from './flags-stale.ts';
import { flagsTypes } from './flags-types.ts';

/** Commands for feature flags, in the order of help. */
export const FLAGS_COMMANDS: readonly CommandDefinition[] = [
  flagsList,
  flagsShow,
  flagsSet,
  flagsEnable,
  flagsDisable,
  flagsRollout,
  flagsHistory,
  flagsRollback,
  flagsImport,
  flagsEval,
  flagsExplain,
  flagsSimulate,
  flagsLint,
  flagsStale,
  flagsTypes,
  flagsExport,
];
