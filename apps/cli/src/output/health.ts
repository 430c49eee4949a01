import { z } from 'zod';
import { durationMs, make } from './parts.ts';

const state = z.enum(['healthy', 'degraded', 'unhealthy']);

export const healthReport = z.strictObject({
  state: state.describe('the worst of all checks'),
  latest: state.describe('the worst of what the latest looks said, before flap damping'),
  at: make.iso('when it was told'),
  checks: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      state: state.describe('what counts, after flap damping'),
      latest: state.describe('what the latest look said'),
      since: make.iso('when `state` began'),
      lookedAt: make.iso('the latest look'),
      durationMs,
      message: z.string().describe('what was found'),
      limit: z.string().optional().describe('what it was held against'),
      hint: z.string().optional().describe('what to do'),
    }),
  ),
  pending: z.array(z.string()).describe('names of checks that have not looked yet'),
});

export const healthEvent = z.strictObject({
  at: make.iso('when it began'),
  name: z.enum(['health.failed', 'health.recovered', 'health.unrecorded']),
  level: z.enum(['info', 'warn', 'error']),
  host: z.string().optional(),
  details: z.record(z.string(), z.unknown()).describe('check, kind, from, to, message'),
});

const uptime = z.strictObject({
  upMs: durationMs,
  degradedMs: durationMs.describe('of these, milliseconds in which it was about to fail'),
  downMs: durationMs,
  unknownMs: durationMs.describe('milliseconds in which nobody has looked'),
  percent: z.number().optional().describe('of the time that is known; absent when none is'),
  knownPercent: z.number(),
});

export const healthHistory = z.strictObject({
  changes: z
    .array(
      z.strictObject({
        check: z.string(),
        kind: z.string(),
        at: make.iso('when it changed'),
        from: state.optional(),
        to: state,
        message: z.string(),
        by: z.string().describe('who has looked'),
      }),
    )
    .describe('latest first'),
  uptime: z.array(
    z.strictObject({
      check: z.string(),
      kind: z.string(),
      day: uptime,
      week: uptime.describe('7 days'),
      month: uptime.describe('30 days'),
      quarter: uptime.describe('90 days'),
    }),
  ),
});
