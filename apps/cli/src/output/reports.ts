import { z } from 'zod';
import { make } from './parts.ts';

export const reportRun = z.strictObject({
  name: z
    .string()
    .describe('name of the period: `daily-2026-03-29`, `weekly-2026-W13`, `monthly-2026-03`, `quarterly-2026-Q1`'),
  label: z.string(),
  timeZone: z.string(),
  from: make.iso('when it began'),
  to: make.iso('when it ends'),
  isOver: z.boolean().describe('whether it was over when the report was made'),
  files: z.array(z.string()).describe('what was written'),
  removed: z.array(z.string()).describe('reports of old periods that were removed'),
  summary: z.array(z.strictObject({ text: z.string(), tone: z.enum(['good', 'warn', 'bad', 'soft']) })),
  problems: z.array(
    z.strictObject({
      code: z.string(),
      tone: z.enum(['bad', 'warn']),
      tenants: z.array(z.string()),
      text: z.string(),
      todo: z.string().describe('what to do'),
    }),
  ),
  unknown: z.array(z.string()).describe('what is not known, in sentences'),
  unread: z.array(z.strictObject({ part: z.string(), message: z.string() })).describe('what could not be read'),
});
