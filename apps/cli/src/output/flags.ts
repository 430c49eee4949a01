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
  version: z.int().optional().describe('the newest version; absent when there is none'),
  ...changes,
  notes: z
    .array(z.strictObject({ flag: z.string(), message: z.string() }))
    .optional()
    .describe('of an import: what could not be said'),
});

export const flagShown = z.strictObject({
  key: z.string(),
  place: z.string(),
  definition: z.unknown(),
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
  problems: z.array(
    z.strictObject({
      path: z.string().describe('JSON Pointer'),
      message: z.string(),
      line: z.int().optional(),
      column: z.int().optional(),
    }),
  ),
  expired: z.array(z.string()).describe('flags whose `expires` is over'),
});

export const flagsWritten = z.strictObject({
  file: z.string().describe('what was written'),
  flags: make.count('flags'),
});
