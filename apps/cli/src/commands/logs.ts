import type { CommandDefinition } from '../program/command.ts';
import { logsClean } from './logs-clean.ts';
import { logsExport } from './logs-export.ts';
import { logsImport } from './logs-import.ts';
import { logsSearch, logsTail } from './logs-search.ts';
import { logsStatsCommand } from './logs-stats.ts';
import { logsCheckpointCommand, logsVerify, logsVerifyBundle } from './logs-verify.ts';

/** The commands of logs, in the order of help. */
export const LOGS_COMMANDS: readonly CommandDefinition[] = [
  logsSearch,
  logsTail,
  logsStatsCommand,
  logsVerify,
  logsCheckpointCommand,
  logsExport,
  logsVerifyBundle,
  logsImport,
  logsClean,
];
