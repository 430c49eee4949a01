import { z } from 'zod';
import { durationMs, make, snapshotId } from './parts.ts';

const kind = z
  .enum(['validate', 'full'])
  .describe('`validate`: as `backup validate`, databases included; `full`: everything, as after a loss');
const tenant = z.string().describe('name of the tenant');
const share = z.number().min(0).max(1).describe('0 to 1, never rounded up');
const nullable = { iso: (what: string) => make.iso(what).nullable() };

const drillResult = z.strictObject({
  id: snapshotId.describe('id of the drill, 32 hex digits'),
  kind,
  tenant,
  snapshot: snapshotId,
  madeAt: make.iso('when the snapshot was made'),
  status: z
    .enum(['passed', 'failed', 'notTried'])
    .describe('`notTried`: there was no room, or it was ended: nothing is known of the snapshot by it'),
  startedAt: make.iso('when it began'),
  finishedAt: make.iso('when it ended'),
  durationMs: durationMs.describe('until the end of all checks, milliseconds'),
  restoreMs: durationMs.nullable().describe('time to restore alone, milliseconds'),
  bytes: make.bytes('content that came back as it was'),
  bytesPerSecond: z.number().nonnegative().nullable(),
  proven: z
    .strictObject({
      bytes: make.bytes('read and found well'),
      ofBytes: make.bytes('all that the snapshot lists'),
      files: make.count('the same as files'),
      ofFiles: make.count('all of them'),
      share,
    })
    .nullable(),
  room: z.strictObject({ freeBytes: make.bytes('free before'), neededBytes: make.bytes('needed') }).nullable(),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      source: z.string().nullable().describe('path of the source, where it is about one'),
      status: z.enum(['passed', 'failed', 'skipped']),
      detail: z.string().describe('in one sentence'),
      durationMs,
    }),
  ),
  problems: z
    .array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() }))
    .describe('the first 20'),
  problemCount: make.count('all of them'),
  error: z.strictObject({ code: z.string(), message: z.string() }).nullable().describe('why it could not be made'),
});

const later = z.strictObject({ kind, tenant, dueAt: make.iso('when it is due') });

export const drillPlan = z.strictObject({
  at: make.iso('the moment of the plan'),
  drills: z
    .array(
      z.strictObject({
        kind,
        tenant,
        snapshot: snapshotId,
        madeAt: make.iso('when the snapshot was made'),
        bytes: make.bytes('content'),
        dueAt: make.iso('since when it is due'),
        reason: z.string().describe('why it is due, and why this snapshot'),
      }),
    )
    .describe('what `drill run --due` makes, what waits longest first'),
  left: z.array(later).describe('due as well, and left for the next run'),
  later: z.array(later).describe('not due yet'),
  nothing: z.array(z.string()).describe('tenants without anything that can be restored'),
});

export const drillRun = z.strictObject({
  drills: z.array(drillResult),
  left: make.count('drills that are due and were left for the next run'),
  changes: z
    .array(
      z.strictObject({
        tenant: tenant.nullable(),
        objective: z.string(),
        status: z.enum(['met', 'breached', 'unknown']),
      }),
    )
    .describe('objectives that are breached, or met again, since this was last told'),
});

export const drillList = z.strictObject({ drills: z.array(drillResult) });

export const drillStatus = z.strictObject({
  judgements: z.array(
    z.strictObject({
      tenant: tenant.nullable().describe('null: of what all tenants have'),
      objective: z.enum(['restore', 'rollback', 'rpo-incremental', 'rpo-full', 'rto']),
      status: z.enum(['met', 'breached', 'unknown']),
      valueMs: durationMs.nullable(),
      limitMs: durationMs,
      isEstimate: z.boolean().describe('computed from what a snapshot of another size took'),
      since: nullable.iso('since when it stands like that'),
      measuredAt: nullable.iso('when the value was measured'),
      detail: z.string().describe('in one sentence'),
      todo: z.string().nullable().describe('what to do about it'),
    }),
  ),
  proofs: z
    .array(
      z.strictObject({
        snapshot: snapshotId,
        tenant,
        madeAt: make.iso('when it was made'),
        bytes: make.bytes('content'),
        status: z.enum(['proven', 'partly', 'failed', 'unproven']),
        share: share.nullable(),
        at: nullable.iso('when it was last looked at'),
        how: z.enum(['full drill', 'validate drill', 'trial restore', 'full verify']).nullable(),
        text: z.string().describe('such as `last verified 98 % on 2026-11-01 (full drill)`'),
      }),
    )
    .describe('of every snapshot that is there, oldest first'),
});
