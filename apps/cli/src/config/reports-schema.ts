import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { text, word } from './schema-parts.ts';

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));

const objective = z.strictObject({
  rpo: duration('The longest time without a new backup: `26h`.'),
  rto: duration('The longest that a restore may take: `1h`.'),
});

/** Reports, as data. */
export const reports = z
  .strictObject({
    directory: text('Folder of reports. Relative to this file. Default `reports`.'),
    title: text('Whose systems these are, for titles. Default `Operations`.'),
    timeZone: text('Whose days count, as `Europe/Lisbon`. Default: `schedule.timeZone`, else UTC.'),
    formats: z.optional(
      z
        .array(z.enum(['json', 'html', 'pdf']))
        .check(z.minLength(1), z.meta({ description: 'What reports are written as. Default: json, html and pdf.' })),
    ),
    keep: duration('Reports of periods that ended longer ago are removed. Default: they stay.'),
    objectives: z.optional(
      z
        .record(word, objective)
        .check(z.meta({ description: 'Objectives by tenant, that reports hold what was reached against.' })),
    ),
  })
  .check(z.meta({ description: 'Reports.' }));
