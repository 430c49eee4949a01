import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { text, word } from './schema-parts.ts';

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));
const count = (description: string) => z.optional(z.int().check(z.gte(1), z.lte(1000), z.meta({ description })));

/** What is looked at all the time, as data. */
export const health = z
  .strictObject({
    store: text(
      'Folder or URL of a store in which changes of health are kept. A relative folder is relative to this file. Default: the folder `.holdfast/health` beside it.',
    ),
    checks: z.optional(
      z.array(z.record(word, z.unknown())).check(
        z.meta({
          description:
            'Checks in the form of `deploy.checks`, each with its `kind`: disk, http, tcp, postgres, redis, container, backup, command, … and, where it differs, `every`, `timeout`, `failures` and `successes` of its own.',
        }),
      ),
    ),
    every: duration('From one look to the next. Default `30s`.'),
    timeout: duration('How long a look may take. Default `30s`.'),
    failures: count('Looks in a row that have to be worse before it counts. Default 3.'),
    successes: count('Looks in a row that have to be better before it counts. Default 2.'),
    keep: duration('How long changes are remembered. Default `92d`.'),
    destinations: z.optional(
      z.record(word, word).check(
        z.meta({
          description:
            'Copies of the repository elsewhere, by name: folder (relative to this file) or URL. Checks of kind `backup` name them beside `repository`.',
        }),
      ),
    ),
  })
  .check(z.meta({ description: 'What is looked at all the time.' }));
