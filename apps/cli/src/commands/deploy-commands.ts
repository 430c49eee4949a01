import type { CommandDefinition } from '../program/command.ts';
import { deployAdvise } from './deploy-advise.ts';
import { deployClean } from './deploy-clean.ts';
import { deployHistory } from './deploy-history.ts';
import { deployInit } from './deploy-init.ts';
import { deployList } from './deploy-list.ts';
import { deployLogs } from './deploy-logs.ts';
import { deployMaintenance } from './deploy-maintenance.ts';
import { deployMetricsCommand } from './deploy-metrics.ts';
import { deployResume } from './deploy-resume.ts';
import { deployRollback } from './deploy-rollback.ts';
import { deployRun } from './deploy-run.ts';
import { deployService } from './deploy-service.ts';
import { deployStatus } from './deploy-status.ts';
import { migrateDown } from './migrate-down.ts';
import { migrateLint } from './migrate-lint.ts';
import { migrateRepair } from './migrate-repair.ts';
import { migrateStatus } from './migrate-status.ts';
import { migrateUp } from './migrate-up.ts';
import { migrateVerify } from './migrate-verify.ts';

/** Commands that put releases on machines and change databases, in the order of help. */
export const DEPLOY_COMMANDS: readonly CommandDefinition[] = [
  deployInit,
  deployRun,
  deployRollback,
  deployList,
  deployStatus,
  deployLogs,
  deployService,
  deployClean,
  deployMaintenance,
  deployResume,
  deployHistory,
  deployMetricsCommand,
  deployAdvise,
  migrateStatus,
  migrateUp,
  migrateDown,
  migrateLint,
  migrateVerify,
  migrateRepair,
];
