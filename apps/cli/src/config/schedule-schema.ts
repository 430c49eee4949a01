import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { oneOf, text, texts, word } from './schema-parts.ts';

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));

const watch = z.strictObject({
  folders: z
    .array(word)
    .check(z.minLength(1), z.meta({ description: 'Folders, relative to this file. They have to be there.' })),
  extensions: texts('Endings of files that count: `[".json"]`. Default: all files.'),
  ignore: texts('What does not count, as in a `.gitignore`: `["*.part", "/cache"]`.'),
  debounce: duration('How long all has to be left alone. Default `2s`.'),
  maxWait: duration('The job begins after so long also when changes go on and on. Default `5m`.'),
  polling: z.optional(
    z.boolean().check(
      z.meta({
        description:
          'Looks at all files every so often, for folders of other machines. Default: only where the system has no watches left.',
      }),
    ),
  ),
  poll: duration('Between two looks where it polls. Default `5s`.'),
});

const job = z
  .strictObject({
    cron: text('Minute, hour, day, month, weekday: `0 2 * * 1-5`; six fields begin with seconds; `@daily`.'),
    at: texts('Times of day: `["02:30"]`.'),
    every: duration('An interval, counted from 1970 so that all machines mean the same moments: `6h`.'),
    timeZone: text('Whose times of day count for this job. Default: `schedule.timeZone`.'),
    jitter: duration('Spreads the beginning over so long, the same on all machines: `10m`. Default: none.'),
    catchUp: oneOf(
      ['latest', 'all', 'none'],
      'What happens to runs that went by while nothing ran: the latest is run (default), all are, or none is.',
    ),
    grace: duration('With `catchUp` `none`: how late a run may begin. Default `5m`.'),
    watch: z.optional(
      watch.check(
        z.meta({
          description:
            'Runs the job when what is in folders has changed and come to rest, too. Not with `schedule run --once`.',
        }),
      ),
    ),
    run: z.array(z.array(word).check(z.minLength(1))).check(
      z.minLength(1),
      z.meta({
        description:
          'Commands of holdfast, one after the other, each as a list of words: `[["backup", "create"], ["backup", "forget"]]`. One that fails ends the run.',
      }),
    ),
    tenants: texts('Runs the job for each of these tenants, as `JOB/TENANT`, with `--tenant` added to each command.'),
  })
  .check(z.meta({ description: 'When something runs, and what. Without a time only `schedule now` runs it.' }));

/** What runs by itself, as data. */
export const schedule = z
  .strictObject({
    store: text(
      'Folder or URL of a store in which runs are claimed and remembered: one for all machines that share the work. Default: the folder `.holdfast/schedule` beside this file.',
    ),
    timeZone: text('Whose times of day count, as `Europe/Lisbon`. Default `UTC`.'),
    fullEvery: z.optional(
      z.union([z.literal('never'), z.string().check(z.regex(DURATION_PATTERN))]).check(
        z.meta({
          description:
            'How old the last full backup may be when a scheduled one is made, which is incremental else: `7d` (default), or `never`.',
        }),
      ),
    ),
    keep: duration('How long runs are remembered. Default `90d`.'),
    jobs: z.optional(
      z.record(word, job).check(z.meta({ description: 'Jobs by name: small letters, digits, `.`, `_` and `-`.' })),
    ),
  })
  .check(z.meta({ description: 'What runs by itself.' }));
