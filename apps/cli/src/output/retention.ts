import { z } from 'zod';
import { make } from './parts.ts';

const reason = z.strictObject({
  rule: z.string().describe('a rule or cap of a policy, or what stands above them: `hold`, `inUse`, `latestGood`'),
  keeps: z.boolean().describe('whether it speaks for keeping'),
  policy: z.string().optional().describe('the policy that spoke'),
  kind: z.string().optional(),
  tag: z.string().optional(),
  period: z.string().optional().describe('what it stands for, as `2026-W05`'),
  position: z.int().optional().describe('which of `limit` it is, 1 is the newest'),
  limit: z.number().optional().describe('what the rule or cap allows'),
  until: z.string().optional().describe('the age that the rule reaches to'),
  at: make.iso('when it lapses').optional(),
  who: z.string().optional(),
  why: z.string().optional(),
  item: z.string().optional().describe('id of the other item that it is about'),
});

export const decision = z
  .strictObject({
    id: z.string(),
    keep: z.boolean(),
    why: z.string().describe('what speaks for that, in a sentence'),
    reasons: z.array(reason).describe('all, those that speak against it included'),
    nextReview: z.iso.datetime().nullable().describe('when time alone may change that it stays'),
    replacedBy: z.string().nullable().describe('id of what one would use in its place'),
  })
  .meta({ title: 'Decision', description: 'What becomes of an item or a snapshot.' });

export const retentionPlan = z.strictObject({
  now: make.iso('the moment that ages are counted from'),
  timeZone: z.string(),
  kept: make.count('items that stay'),
  removed: make.count('items that go'),
  bytesKept: make.bytes('of what stays, where items say it'),
  bytesRemoved: make.bytes('of what goes'),
  decisions: z.array(decision),
});

export const policyComparison = z.strictObject({
  both: z.array(z.string()).describe('ids that both keep'),
  onlyFirst: z.array(z.string()).describe('ids that only --policy keeps'),
  onlySecond: z.array(z.string()).describe('ids that only --with keeps'),
  neither: z.array(z.string()).describe('ids that none keeps'),
  bytes: z.number().describe('bytes that the second keeps more'),
});

const day = z.strictObject({
  at: make.iso('the end of the day'),
  items: make.count('items'),
  bytes: make.bytes('all'),
});

export const retentionSimulation = z.strictObject({
  until: make.iso('the end'),
  items: z
    .array(z.strictObject({ id: z.string(), time: make.iso('when it was made'), kind: z.string().optional() }))
    .describe('what exists in the end, oldest first'),
  bytes: make.bytes('what that takes'),
  peak: day.describe('the day with the most bytes'),
  byteDays: z.number().describe('bytes times the days that they were stored'),
  cost: z.number().optional().describe('what that costs, with --price'),
  days: z.array(day).describe('each day on which something came'),
});
