import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { text, texts, word } from './schema-parts.ts';

const interval = (description: string) =>
  z.optional(z.union([z.literal('never'), z.string().check(z.regex(DURATION_PATTERN))]).check(z.meta({ description })));

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));

const intervals = {
  validateEvery: interval(
    'How often a snapshot of each tenant is restored for a trial, databases included, as `backup validate` does: `30d` (default), or `never`.',
  ),
  fullEvery: interval(
    'How often one is restored in full as after a loss, and every file is compared with its digest: `91d` (default), or `never`.',
  ),
};

/** The section `drills`. */
export const drills = z
  .strictObject({
    store: text(
      'Folder or URL of a store in which drills, objectives and sizes of the repository are remembered: one for all machines. Default: the folder `.holdfast/operations` beside this file.',
    ),
    ...intervals,
    retryAfter: duration('When one is tried again after it failed. Default `1d`.'),
    perRun: z.optional(
      z
        .int()
        .check(
          z.gte(1),
          z.lte(10_000),
          z.meta({ description: 'Drills that `drill run --due` makes at most. Default 10.' }),
        ),
    ),
    seed: text('Chance has its beginning here: with another seed old snapshots are tried in another order.'),
    sandbox: text(
      "Folder below which snapshots are restored. Default: the system's for temporary files. Relative to this file.",
    ),
    keepFree: text('Bytes of its disk that stay free: `256MiB` (default), `20GB`.'),
    scratch: texts(
      'Servers to restore databases to, into new ones that are dropped: `postgres://user@host/postgres`, `mysql://user@host`, without a password; one of each kind.',
    ),
    tenants: z.optional(
      z
        .record(word, z.strictObject(intervals))
        .check(z.meta({ description: 'What is otherwise for single tenants, by name.' })),
    ),
  })
  .check(z.meta({ description: 'Restores that are tried.' }));
