import { z } from 'zod';
import { make } from './parts.ts';

const metadata = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

export const flagList = z.strictObject({
  file: z.string(),
  flags: z.array(
    z.strictObject({
      key: z.string(),
      variants: z.record(z.string(), z.unknown()).describe('values by name'),
      metadata,
      refused: z.boolean().describe('whether it has a mistake: then it has the fallback of the code, and no variants'),
    }),
  ),
});

const evaluation = {
  key: z.string(),
  value: z.unknown().describe('`null` where the fallback of the code applies'),
  variant: z.string().optional(),
  reason: z.string().describe('`STATIC`, `TARGETING_MATCH`, `SPLIT`, `DEFAULT`, `DISABLED`, `UNIT_MISSING` or `ERROR`'),
  errorCode: z.string().optional().describe('as in OpenFeature'),
  metadata,
};

export const flagEvaluation = z.strictObject(evaluation);

export const flagExplanation = z.strictObject({
  ...evaluation,
  findings: z
    .array(z.strictObject({ rule: z.string(), facts: z.record(z.string(), z.unknown()) }))
    .describe('what was looked at; the last one decided'),
  sentence: z.string(),
});

const changes = {
  changes: z.array(
    z.strictObject({
      key: z.string(),
      before: z.unknown().optional().describe('absent where the flag is new'),
      after: z.unknown().optional().describe('absent where the flag is gone'),
    }),
  ),
  sharedChanges: z.array(z.string()).describe('what flags share and was changed, as `segments`'),
};

export const flagVersion = z.strictObject({
  version: make.count('its number, from 1 on'),
  at: make.iso('when it was made'),
  by: z.string(),
  why: z.string(),
  rollbackTo: z.int().optional().describe('the version that was brought back'),
  ...changes,
});

export const flagsChange = z.strictObject({
  place: z.string().describe('file or store of the flags'),
  dryRun: z.boolean(),
  version: z.int().optional().describe('the version that was made; absent when nothing changed'),
  ...changes,
  notes: z
    .array(z.strictObject({ flag: z.string(), message: z.string() }))
    .optional()
    .describe('of an import: what could not be said'),
});

const problem = {
  path: z.string().describe('JSON Pointer'),
  message: z.string(),
  line: z.int().optional(),
  column: z.int().optional(),
  code: z.string().optional().describe('the kind of mistake, as `UNKNOWN_FIELD`'),
};

export const flagShown = z.strictObject({
  key: z.string(),
  place: z.string(),
  definition: z.unknown().describe('as it is written; `null` where it is nested too deep to be written'),
  problems: z.array(z.strictObject(problem)).describe('why it is refused; none of a good flag'),
  lastChange: flagVersion.optional().describe('absent where the history knows of none'),
});

export const flagFlip = z.strictObject({
  key: z.string(),
  context: z.record(z.string(), z.unknown()),
  before: z.unknown().optional().describe('absent where the fallback of the code applies'),
  after: z.unknown().optional(),
});

export const flagChecked = z.strictObject({
  file: z.string(),
  valid: z.boolean(),
  flags: make.count('flags in it'),
  problems: z.array(z.strictObject(problem)),
  expired: z.array(z.string()).describe('flags whose `expires` is over'),
});

const staleReason = z.strictObject({
  reason: z
    .enum(['expired', 'fullyRolledOut', 'alwaysOff', 'neverEvaluated', 'unused', 'unreferenced'])
    .describe('why it may go'),
  sentence: z.string(),
  expires: z.string().optional().describe('of `expired`: the day that is over'),
  days: z.int().optional().describe('of `expired`: for how long'),
  variant: z
    .string()
    .optional()
    .describe('of `fullyRolledOut` and `alwaysOff`: what everybody gets; absent for the fallback of the code'),
  value: z.unknown().optional().describe('its value'),
  cause: z
    .string()
    .optional()
    .describe(
      'what makes it so: `static`, `rollout`, `ramp`, `targeting`, `enabled`, `state`, `killSwitch`, `schedule`, `requires`, `targetTenants` or `segments`',
    ),
  since: make.iso('since when at the latest').optional(),
  unit: z.string().optional().describe('the field without which there is the default'),
  requires: z.string().optional().describe('the required flag that is off'),
  countingSince: make.iso('of `neverEvaluated`: since when evaluations are counted').optional(),
  lastAt: make.iso('of `unused`: the last evaluation').optional(),
});

export const flagsStale = z.strictObject({
  file: z.string(),
  checked: make.count('flags in it'),
  scanned: make.count('files that were looked through for names of flags').optional(),
  skipped: make.count('files that were not: above 2 MiB, no text, or the generated type of the flags').optional(),
  flags: z.array(
    z.strictObject({
      key: z.string(),
      owner: z.string().optional(),
      reasons: z.array(staleReason),
    }),
  ),
  unknown: z
    .array(
      z.strictObject({
        key: z.string(),
        nearest: z.string().optional().describe('the flag that was probably meant'),
        references: z.array(z.strictObject({ file: z.string(), line: make.count('from 1 on') })),
        sentence: z.string(),
      }),
    )
    .describe('names that code asks for and that no flag has'),
});

export const flagsWritten = z.strictObject({
  file: z.string().describe('what was written'),
  flags: make.count('flags'),
});
