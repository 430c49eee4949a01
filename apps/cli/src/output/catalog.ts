import { z } from 'zod';
import { make } from './parts.ts';
import { snapshot, source } from './snapshot.ts';

const check = z.strictObject({
  level: z.enum(['quick', 'structure', 'sample', 'full', 'restore']).describe('`restore`: a trial restore'),
  at: make.iso('when'),
  status: z.enum(['ok', 'damaged']),
  coverage: z.number().describe('the share of what was there that was read, 0 to 1'),
});

const entry = snapshot
  .omit({ finishedAt: true, versions: true, files: true, encryption: true, sources: true, follows: true })
  .extend({
    madeMs: z.int().describe('milliseconds since 1970, after all that it follows'),
    sources: z
      .array(source.omit({ entries: true, catalog: true, durationMs: true, error: true, details: true }))
      .describe('its sources'),
    checks: z.array(check).describe('the last of each level, the newest first'),
    forgottenAt: make.iso('when it was forgotten').optional(),
    retention: z.strictObject({
      keep: z.boolean().describe('whether it stays if the policy is applied now'),
      until: make.iso('when time alone may change that; of a forgotten one, when it was forgotten').optional(),
      by: z
        .enum(['asked', 'tenant', 'default', 'hold', 'nothing', 'forgotten'])
        .describe('what says so: policies of the flags, of the tenant, of the configuration, a legal hold'),
      reason: z.string(),
    }),
  })
  .meta({ title: 'CatalogEntry', description: 'What is known of a backup, also after it was forgotten.' });

export const backupCatalog = z.strictObject({ entries: z.array(entry).describe('oldest first') });
