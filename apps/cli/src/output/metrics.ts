import { z } from 'zod';
import { durationMs, make } from './parts.ts';

const moment = (what: string) => make.iso(what).nullable();
const amount = (what: string) => z.number().nullable().describe(what);

const backups = z.strictObject({
  total_count: make.count('backups that were made and that failed'),
  last_24h: make.count('those of the last 24 hours'),
  failed_count: make.count('those that failed'),
  avg_duration_ms: durationMs.nullable(),
  avg_size_bytes: amount('content of one, in bytes'),
  last_success: moment('the latest that was made'),
  last_failure: moment('the latest that failed'),
});

const restores = z.strictObject({
  total_count: make.count('restores, without drills'),
  success_count: make.count('those that lack nothing'),
  failed_count: make.count('the others'),
  success_rate: z.number().min(0).max(1).nullable(),
  avg_ttr_ms: durationMs.nullable().describe('time to restore, milliseconds'),
  last_restore: moment('the latest'),
});

const forecast = z.strictObject({
  status: z.enum(['at', 'never', 'unknown']),
  at: moment('when the disk is full if all goes on as it did'),
  earliest: moment('the same by one end of an interval of 95 %'),
  latest: moment('by the other'),
  reason: z.string().describe('in one sentence'),
});

export const dashboard = z
  .strictObject({
    generated_at: make.iso('when it was read'),
    tenant_backups: backups,
    restores,
    releases: z.strictObject({
      total_count: make.count('releases'),
      active_version: z.string().nullable(),
      rollback_count: make.count('rollbacks, on purpose and by themselves'),
      last_deploy: moment('the latest that succeeded'),
      last_rollback: moment('the latest that succeeded'),
    }),
    storage: z.strictObject({
      total_bytes: amount('of all destinations'),
      destinations: z.array(
        z.strictObject({
          destination: z.string().describe('without passwords'),
          stored_bytes: amount('bytes there'),
          free_bytes: amount('free bytes of its disk; null for a bucket'),
          samples: make.count('sizes that are remembered'),
          growth_bytes_per_day: amount('bytes a day, over the last 90 days'),
          growth_low: amount('the same by one end of an interval of 95 %'),
          growth_high: amount('by the other'),
          full: forecast,
        }),
      ),
    }),
    tenants: z.array(z.strictObject({ tenant: z.string(), tenant_backups: backups, restores })),
  })
  .describe('null where nothing is known');
