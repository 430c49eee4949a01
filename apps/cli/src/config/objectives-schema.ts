import * as z from 'zod/mini';
import { DURATION_PATTERN } from './duration.ts';
import { flag, word } from './schema-parts.ts';

const duration = (description: string) =>
  z.optional(z.string().check(z.regex(DURATION_PATTERN), z.meta({ description })));

const limits = {
  restore: duration('How long the restore of the newest snapshot may take. Default `30m`.'),
  rollback: duration('How long a rollback of a deploy may take. Default `15m`.'),
  rpoIncremental: duration('How old the newest snapshot may be: what is newer would be lost. Default `24h`.'),
  rpoFull: duration('How old the newest full snapshot may be, which has read every byte. Default `7d`.'),
  rto: duration(
    'How long it may take until what was restored is checked, too. Default `4h`, and `1h` for critical tenants.',
  ),
};

/** The section `objectives`. */
export const objectives = z
  .strictObject({
    ...limits,
    rtoCritical: duration('The same for critical tenants. Default `1h`.'),
    measuredWithin: duration('What was measured longer ago does not count. Default `182d`.'),
    tenants: z.optional(
      z
        .record(
          word,
          z.strictObject({ critical: flag('Whether it is a critical one, with `rtoCritical`.'), ...limits }),
        )
        .check(z.meta({ description: 'What is otherwise for single tenants, by name.' })),
    ),
  })
  .check(z.meta({ description: 'What is promised: `drill status` holds it against what was measured.' }));
