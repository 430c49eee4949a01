import type { CommandDefinition } from '../program/command.ts';
import { modelsAdd } from './models-add.ts';
import { modelsBom } from './models-bom.ts';
import { modelsCard } from './models-card.ts';
import { modelsCleanup } from './models-cleanup.ts';
import { modelsLineage } from './models-lineage.ts';
import { modelsScrub } from './models-scrub.ts';
import { modelsSearch } from './models-search.ts';
import { modelsUsage } from './models-usage.ts';
import { modelsAlias } from './models-alias.ts';
import { modelsApprove } from './models-approve.ts';
import { modelsCompare } from './models-compare.ts';
import { modelsDelete } from './models-delete.ts';
import { modelsHistory } from './models-history.ts';
import { modelsInspect } from './models-inspect.ts';
import { modelsList } from './models-list.ts';
import { modelsLottery } from './models-lottery.ts';
import { modelsPromote } from './models-promote.ts';
import { modelsReport } from './models-report.ts';
import { modelsRestore } from './models-restore.ts';
import { modelsRollback } from './models-rollback.ts';
import { modelsShow } from './models-show.ts';
import { modelsSign } from './models-sign.ts';
import { modelsValidate } from './models-validate.ts';
import { modelsVerify } from './models-verify.ts';
import { modelsWatch } from './models-watch.ts';

/** Commands for models, in the order of help. */
export const MODELS_COMMANDS: readonly CommandDefinition[] = [
  modelsInspect,
  modelsAdd,
  modelsList,
  modelsShow,
  modelsRestore,
  modelsValidate,
  modelsSign,
  modelsVerify,
  modelsApprove,
  modelsPromote,
  modelsRollback,
  modelsAlias,
  modelsCompare,
  modelsReport,
  modelsLottery,
  modelsWatch,
  modelsHistory,
  modelsSearch,
  modelsLineage,
  modelsCard,
  modelsBom,
  modelsUsage,
  modelsCleanup,
  modelsScrub,
  modelsDelete,
];
