import { z } from 'zod';
import { durationMs, make } from './parts.ts';

const share = z.number().min(0).max(1);

const channelMetrics = {
  deploys: make.count('deploys that went live and succeeded'),
  blocked: make.count('deploys that ended before they went live'),
  restarts: make.count('restarts'),
  deploysPerWeek: z.number().nonnegative().describe('deployment frequency'),
  failures: make.count('deploys that went live and failed, or were taken back'),
  changeFailureRate: share.optional().describe('those of all that went live, 0 to 1; absent where none did'),
  leadTime: z
    .strictObject({ medianMs: durationMs.optional(), p90Ms: durationMs.optional() })
    .describe('from the median commit of a release to the end of its deploy'),
  timeToRestore: z
    .strictObject({
      medianMs: durationMs.optional(),
      longestMs: durationMs.optional(),
      open: make.count('failures that nothing has cured yet'),
    })
    .describe('from the switch to what failed to the end of what cured it'),
  rollback: z.strictObject({
    count: make.count('rollbacks, on purpose and by themselves'),
    automatic: make.count('those that a failed check has set off'),
    failed: make.count('those that failed'),
    objectiveMs: durationMs.describe('how long one may take, milliseconds'),
    withinObjective: make.count('those that succeeded in time'),
    withinObjectiveRate: share.optional().describe('of all, 0 to 1; absent without a rollback'),
    medianMs: durationMs.optional().describe('of those that succeeded, milliseconds'),
    longestMs: durationMs.optional(),
    missed: z.array(z.string()).describe('ids of those that failed or took longer'),
  }),
};

export const deployMetrics = z.strictObject({
  from: make.iso('begin of the time that was looked at'),
  to: make.iso('its end'),
  overall: z.strictObject(channelMetrics),
  channels: z.array(z.strictObject({ channel: z.string(), ...channelMetrics })).describe('by name'),
});
