import { z } from 'zod';
import { durationMs, make } from './parts.ts';

const id = z.string().describe('name of its file, as `0007_add_slots`');
const kind = z.enum(['expand', 'data', 'contract']);
const direction = z.enum(['up', 'down']);
const database = z.string().describe('without a password');

const warning = z.strictObject({
  id,
  direction,
  line: z.int().describe('from 1 on'),
  rule: z.string().describe('as `drops-column`'),
  message: z.string(),
});

const status = z.strictObject({
  id,
  kind,
  description: z.string(),
  state: z
    .enum(['applied', 'pending', 'edited', 'missing', 'interrupted', 'out-of-order'])
    .describe('`edited` after it was applied; `missing`: applied, and no longer there'),
  edited: z
    .array(z.enum(['up', 'down']))
    .optional()
    .describe('of one that is `edited`: which of its texts; `down` is that of its way back'),
  isReversible: z.boolean(),
  losesData: z.literal(true).optional().describe('its way back drops a table, a column or all rows'),
  appliedAt: make.iso('when').optional(),
  by: z.string().optional(),
  ms: durationMs.optional(),
});

export const migrationStatus = z.strictObject({
  database,
  pending: make.count('migrations that `up` would run'),
  troubled: make.count('migrations that are neither applied nor pending'),
  migrations: z.array(status),
});

export const migrationPlan = z.strictObject({
  database,
  dialect: z.enum(['sqlite', 'postgres', 'mysql']),
  direction,
  steps: z.array(
    z.strictObject({
      id,
      kind,
      direction,
      description: z.string(),
      checksum: z.string().describe('`sha256:<hex>` of the text'),
      statements: z.array(z.string()).describe('none for a module'),
      isTransactional: z.boolean(),
      takesAway: z.literal(true).optional().describe('an `expand` after which an older version lacks something'),
    }),
  ),
  warnings: z.array(warning),
  backup: z.string().optional().describe('the backup that was named for the way back'),
});

export const migrationRun = z.strictObject({
  database,
  direction,
  applied: z.array(
    z.strictObject({ id, direction, ms: durationMs, statements: make.count('statements that were run now') }),
  ),
  warnings: z.array(warning),
});

export const migrationLint = z.strictObject({ warnings: z.array(warning) });

export const migrationVerification = z.strictObject({
  isSame: z.boolean().describe('whether up, down and up again gives the same schema everywhere'),
  place: z.string().describe('where it was tried; it is gone'),
  migrations: z.array(
    z.strictObject({
      id,
      outcome: z
        .enum(['same', 'different', 'leftover', 'irreversible'])
        .describe('`leftover`: the way back leaves another schema than there was before'),
      differences: z.array(z.string()).describe('lines of the schema, with `-` or `+`'),
    }),
  ),
});

export const migrationRepaired = z.strictObject({ database, migration: status });
