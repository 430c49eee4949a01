import { z } from 'zod';
import { make } from './parts.ts';

const interval = z.tuple([z.number(), z.number()]).readonly().describe('where it is, both ends included');
const verdict = z
  .enum(['better', 'worse', 'no evidence'])
  .describe('`no evidence`: what is seen may be chance, or nobody can tell');
const estimate = z.strictObject({
  version: z.string(),
  value: z.number(),
  samples: make.count('samples that it comes from').optional(),
  interval: interval.optional(),
});

export const metricComparison = z.strictObject({
  metric: z.string(),
  before: estimate,
  after: estimate,
  difference: z.number(),
  interval: interval.optional(),
  method: z.enum(['paired rates', 'paired means', 'independent rates', 'independent means', 'figures alone']),
  verdict,
  reason: z.string(),
});

const definition = z.strictObject({
  better: z.enum(['higher', 'lower']),
  unit: z.string().optional(),
  range: z.tuple([z.number(), z.number()]).readonly().optional(),
  kind: z.enum(['rate', 'mean']).optional(),
  description: z.string().optional(),
});

export const modelReport = z.strictObject({
  kind: z.literal('holdfast.model-report'),
  formatVersion: z.literal(1),
  model: z.string(),
  at: make.iso('when it was made'),
  confidence: z.number().describe('of intervals and verdicts, 0 to 1'),
  alias: z.string().describe('that is in use'),
  live: z.string().optional().describe('where it points'),
  versions: z
    .array(
      z.strictObject({
        version: z.string(),
        addedAt: make.iso('when it was added'),
        addedBy: z.string(),
        change: z.string(),
        description: z.string().optional(),
        digest: z.string(),
        size: make.bytes('the file'),
        format: z.string(),
        verdict: z.string().describe('of the inspection'),
        aliases: z.array(z.string()).readonly(),
        metrics: z.record(z.string(), z.number()),
      }),
    )
    .readonly()
    .describe('newest first'),
  versionCount: make.count('versions, those that are not listed included'),
  metrics: z
    .array(
      z.strictObject({
        metric: z.string(),
        definition: definition.optional(),
        trend: z.strictObject({
          metric: z.string(),
          points: z.array(estimate).readonly().describe('oldest first'),
          slope: z.number().describe('middle change from version to version'),
          chance: z.number().describe('how likely so steady a way is by chance'),
          verdict,
        }),
      }),
    )
    .readonly(),
  comparison: z
    .strictObject({ before: z.string(), after: z.string(), metrics: z.array(metricComparison).readonly() })
    .optional(),
  alerts: z
    .array(
      z.strictObject({
        code: z.enum(['WORSE_THAN_LIVE', 'WORSE_THAN_BEFORE', 'WORSE_THAN_BEST', 'GETTING_WORSE']),
        metric: z.string(),
        version: z.string(),
        against: z.string().optional(),
        message: z.string(),
      }),
    )
    .readonly(),
});

export const modelWatched = z.strictObject({
  type: z.enum(['ready', 'added', 'unchanged', 'validated', 'refused', 'problem']),
  path: z.string().optional(),
  model: z.string().optional(),
  version: z.string().optional(),
  status: z.enum(['passed', 'failed', 'incomplete']).optional().describe('of a validation'),
  detail: z.string().optional().describe('what its load test says'),
  code: z.string().optional().describe('of the error'),
  message: z.string().optional(),
  details: z.array(z.string()).readonly().optional().describe('findings'),
});

export const modelLottery = z.strictObject({
  metrics: z.record(z.string(), z.number()),
  measurements: z.record(
    z.string(),
    z.strictObject({
      samples: make.count('samples, where there are no values').optional(),
      values: z.array(z.number()).readonly().optional().describe('of each prediction, or draw, in order'),
      on: z.string().optional().describe('names the draws, so that only the same ones are compared pair by pair'),
    }),
  ),
  definitions: z.record(z.string(), definition),
});
