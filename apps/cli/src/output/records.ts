import { z } from 'zod';
import { make, snapshotId } from './parts.ts';

export const recordsErased = z.strictObject({
  dryRun: z.boolean(),
  tenant: z.string(),
  modules: z.array(
    z.strictObject({
      module: z.string(),
      records: make.count('records that were named'),
      added: make.count('of these, records that were not erased before'),
    }),
  ),
});

export const recordsJournal = z.strictObject({
  tenant: z.string(),
  entries: z
    .array(
      z.union([
        z.strictObject({
          type: z.literal('erased'),
          at: make.iso('when'),
          module: z.string(),
          records: make.count('records'),
          note: z.string().optional(),
        }),
        z.strictObject({
          type: z.literal('restored'),
          at: make.iso('when'),
          target: z.string(),
          snapshot: snapshotId,
          modules: z.array(z.string()),
          mode: z.enum(['full', 'selective', 'merge']),
        }),
      ]),
    )
    .describe('oldest first'),
});
