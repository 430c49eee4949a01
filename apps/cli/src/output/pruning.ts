import { z } from 'zod';
import { durationMs, make, snapshotId, status } from './parts.ts';
import { decision } from './retention.ts';
import { snapshot } from './snapshot.ts';

export const forgetRun = z.strictObject({
  dryRun: z.boolean(),
  plan: z.array(decision).optional().describe('with a policy: what becomes of each snapshot'),
  forgotten: z.array(snapshot).describe('what is (with `--dry-run`: would be) forgotten'),
  givenUp: z.array(snapshotId).describe('snapshots that had been taken away, and are not missed any more'),
  kept: z
    .array(z.strictObject({ id: snapshotId, restore: z.string() }))
    .optional()
    .describe('with a policy: what it would forget and a restore of another process needs meanwhile'),
});

const pack = z.strictObject({
  object: z.string().describe('the stored object'),
  bytes: make.bytes('stored'),
  liveBytes: make.bytes('that snapshots need, about'),
});

const openBackup = z.strictObject({
  session: z.string().describe('the backup that has not ended'),
  lastSeenAt: make.iso('its last sign of life by the clock of the repository'),
});

const tenantPlan = z.strictObject({
  tenant: z.string(),
  epoch: make.count('number of the round'),
  worthwhile: z.boolean().describe('whether there is anything to do'),
  delete: z.array(pack).describe('packs that no snapshot needs'),
  repack: z.array(pack).describe('packs whose needed part is written to new packs first'),
  waitsFor: z.array(openBackup).describe('backups that are waited for'),
  bytesFreed: z.int().describe('what the packs take less afterwards, about, in bytes'),
  bytesUnused: make.bytes('that stay unused in packs that are needed in part'),
  costs: z.strictObject({
    bytesRead: make.bytes('read from the repository, about'),
    bytesWritten: make.bytes('written to the repository, about'),
    requests: z.strictObject({
      list: make.count('listings, about'),
      get: make.count('reads, about'),
      create: make.count('objects written, about'),
      delete: make.count('deletions, about'),
    }),
  }),
});

const tenantResult = z.strictObject({
  tenant: z.string(),
  epoch: make.count('number of the newest round'),
  packsDeleted: make.count('packs deleted'),
  bytesFreed: make.bytes('of deleted packs'),
  bytesWritten: make.bytes('written to new packs'),
  sessionsFenced: make.count('backups that were ended because they showed no sign of life'),
  waitsFor: z.array(openBackup).describe('backups that go on: the next prune goes on with the round'),
});

const held = z.array(z.string()).describe('tenants under a legal hold: nothing of them goes');

const pruneStatus = status.describe('`partial`: a round waits for backups, see `waitsFor`');

export const pruneRun = z.strictObject({
  status: pruneStatus,
  dryRun: z.boolean(),
  plan: z
    .strictObject({ tenants: z.array(tenantPlan), held })
    .optional()
    .describe('with `--dry-run`'),
  result: z
    .strictObject({ status: pruneStatus, tenants: z.array(tenantResult), held, durationMs })
    .optional()
    .describe('absent with `--dry-run`'),
});

export const repairRun = z.strictObject({
  status: status.describe('`partial`: something is lost, or a round waits for backups'),
  dryRun: z.boolean(),
  copiesRestored: z.array(z.string()).describe('second copies that were missing or damaged'),
  segmentsRebuilt: z.array(z.string()).describe('index segments that were written anew'),
  packsDropped: z.array(z.string()).describe('damaged packs that are out of use'),
  givenUp: z.array(snapshotId).describe('snapshots whose commits can not be read'),
  incomplete: z
    .array(
      z.strictObject({
        snapshot: snapshotId,
        name: z.string().optional(),
        startedAt: make.iso('when it was made'),
        paths: z.array(z.string()).describe('some of what it lacks, at most 20'),
      }),
    )
    .describe('snapshots that lack something'),
  held: z.array(z.string()).describe('tenants under a legal hold, of which something is damaged and stays as it is'),
  waitsFor: z.array(openBackup).describe('backups that go on: the next repair or prune goes on with the round'),
  durationMs,
});
