import { z } from 'zod';

export const ciWritten = z.strictObject({
  folder: z.string().describe('the top of the checkout, absolute'),
  dryRun: z.boolean(),
  files: z.array(
    z.strictObject({
      path: z.string().describe('from there'),
      change: z.enum(['created', 'replaced', 'unchanged']).describe('`unchanged`: the same is there already'),
      text: z.string().optional().describe('with `--dry-run`: what would be written'),
    }),
  ),
  notes: z.array(z.string()).describe('what is left to do by hand'),
});
