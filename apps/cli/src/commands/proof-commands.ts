import type { CommandDefinition } from '../program/command.ts';
import { drillListCommand, drillPlanCommand } from './drill-list.ts';
import { drillRunCommand } from './drill-run.ts';
import { drillStatusCommand } from './drill-status.ts';
import { metricsCommand } from './metrics.ts';

/** Commands that prove what works: drills, objectives and numbers. */
export const PROOF_COMMANDS: readonly CommandDefinition[] = [
  drillRunCommand,
  drillPlanCommand,
  drillListCommand,
  drillStatusCommand,
  metricsCommand,
];
