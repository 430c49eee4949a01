import type { CommandDefinition } from '../program/command.ts';
import { backupCat } from './backup-cat.ts';
import { backupCatalog } from './backup-catalog.ts';
import { accessCheck } from './access-check.ts';
import { accessShow } from './access-show.ts';
import { alertsAck, alertsRelease } from './alerts-ack.ts';
import { alertsList } from './alerts-list.ts';
import { alertsCheck, alertsSend, alertsTest } from './alerts-send.ts';
import { backupAnalyze } from './backup-analyze.ts';
import { backupCheckpoint } from './backup-checkpoint.ts';
import { backupCreate } from './backup-create.ts';
import { backupCommit } from './backup-commit.ts';
import { backupCompare } from './backup-compare.ts';
import { backupDiff } from './backup-diff.ts';
import { backupExport } from './backup-export.ts';
import { backupFind } from './backup-find.ts';
import { backupForget } from './backup-forget.ts';
import { backupImport } from './backup-import.ts';
import { backupList } from './backup-list.ts';
import { backupLs } from './backup-ls.ts';
import { backupPrune } from './backup-prune.ts';
import { backupRepair } from './backup-repair.ts';
import { backupRestore } from './backup-restore.ts';
import { backupRollback } from './backup-rollback.ts';
import { backupShow } from './backup-show.ts';
import { backupStats } from './backup-stats.ts';
import { backupValidate } from './backup-validate.ts';
import { backupVerify } from './backup-verify.ts';
import { cleanup } from './cleanup.ts';
import { configShow } from './config-show.ts';
import { configValidate } from './config-validate.ts';
import { integrityHash } from './integrity-hash.ts';
import { integrityKeygen } from './integrity-keygen.ts';
import { integrityManifest } from './integrity-manifest.ts';
import { integrityProve } from './integrity-prove.ts';
import { integrityScrub } from './integrity-scrub.ts';
import { integritySign } from './integrity-sign.ts';
import { integrityVerify } from './integrity-verify.ts';
import { integrityVerifySignature } from './integrity-verify-signature.ts';
import { releaseChangelog } from './release-changelog.ts';
import { releaseCreate } from './release-create.ts';
import { releaseCurrent } from './release-current.ts';
import { releaseDiff } from './release-diff.ts';
import { releaseExport } from './release-export.ts';
import { releaseInfo } from './release-info.ts';
import { releaseInitCi } from './release-init-ci.ts';
import { releaseList } from './release-list.ts';
import { releasePlan } from './release-plan.ts';
import { releaseResume } from './release-resume.ts';
import { releaseStatus } from './release-status.ts';
import { releaseVerify } from './release-verify.ts';
import { releaseYank } from './release-yank.ts';
import { keysAdd } from './keys-add.ts';
import { keysList } from './keys-list.ts';
import { keysRemove } from './keys-remove.ts';
import { keysRotate } from './keys-rotate.ts';
import { reportCommand } from './report.ts';
import { retentionCompare } from './retention-compare.ts';
import { retentionExplain } from './retention-explain.ts';
import { retentionPlan } from './retention-plan.ts';
import { retentionSimulate } from './retention-simulate.ts';
import { tenantAdd } from './tenant-add.ts';
import { tenantErase } from './tenant-erase.ts';
import { recordsErase } from './records-erase.ts';
import { recordsJournal } from './records-journal.ts';
import { tenantHold } from './tenant-hold.ts';
import { tenantList } from './tenant-list.ts';
import { tenantSet } from './tenant-set.ts';
import { tenantShow } from './tenant-show.ts';
import { structureBackup } from './structure-backup.ts';
import { structureCatalog } from './structure-catalog.ts';
import { structureDiff } from './structure-diff.ts';
import { structureForget } from './structure-forget.ts';
import { structureInventory } from './structure-inventory.ts';
import { structureRestore } from './structure-restore.ts';
import { PROOF_COMMANDS } from './proof-commands.ts';
import { healthCommand, healthHistoryCommand } from './health.ts';
import { init } from './init.ts';
import {
  scheduleHistoryCommand,
  scheduleListCommand,
  scheduleNextCommand,
  scheduleNowCommand,
} from './schedule-list.ts';
import { scheduleStatusCommand, scheduleStopCommand, scheduleUnitCommand } from './schedule-daemon.ts';
import { scheduleRunCommand } from './schedule-run.ts';
import { LOGS_COMMANDS } from './logs.ts';
import { MODELS_COMMANDS } from './models-commands.ts';
import { FLAGS_COMMANDS } from './flags-commands.ts';
import { DEPLOY_COMMANDS } from './deploy-commands.ts';
import { status } from './status.ts';

/** Every command, in the order of help. */
export const COMMANDS: readonly CommandDefinition[] = [
  init,
  status,
  cleanup,
  backupAnalyze,
  backupCreate,
  backupCheckpoint,
  backupList,
  backupCatalog,
  backupShow,
  backupLs,
  backupCat,
  backupFind,
  backupDiff,
  backupCompare,
  backupCommit,
  backupVerify,
  backupValidate,
  backupStats,
  backupRestore,
  backupRollback,
  backupForget,
  backupPrune,
  backupRepair,
  backupExport,
  backupImport,
  structureBackup,
  structureCatalog,
  structureInventory,
  structureDiff,
  structureRestore,
  structureForget,
  keysList,
  keysAdd,
  keysRemove,
  keysRotate,
  tenantList,
  tenantShow,
  tenantAdd,
  tenantSet,
  tenantHold,
  tenantErase,
  recordsErase,
  recordsJournal,
  integrityHash,
  integrityManifest,
  integrityVerify,
  integrityKeygen,
  integritySign,
  integrityVerifySignature,
  integrityScrub,
  integrityProve,
  retentionPlan,
  retentionExplain,
  retentionCompare,
  retentionSimulate,
  ...FLAGS_COMMANDS,
  releasePlan,
  releaseCreate,
  releaseCurrent,
  releaseList,
  releaseInfo,
  releaseChangelog,
  releaseVerify,
  releaseDiff,
  releaseYank,
  releaseStatus,
  releaseResume,
  releaseExport,
  releaseInitCi,
  ...DEPLOY_COMMANDS,
  ...MODELS_COMMANDS,
  scheduleRunCommand,
  scheduleStopCommand,
  scheduleStatusCommand,
  scheduleUnitCommand,
  scheduleListCommand,
  scheduleNextCommand,
  scheduleHistoryCommand,
  scheduleNowCommand,
  alertsList,
  alertsCheck,
  alertsSend,
  alertsTest,
  alertsAck,
  alertsRelease,
  accessShow,
  accessCheck,
  ...LOGS_COMMANDS,
  ...PROOF_COMMANDS,
  healthCommand,
  healthHistoryCommand,
  reportCommand,
  configShow,
  configValidate,
];
