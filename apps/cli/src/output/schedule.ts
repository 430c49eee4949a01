import { z } from 'zod';
import { durationMs, make } from './parts.ts';

const job = z.string().describe('name of the job, with the tenant after a slash');
const slot = make.iso('when it was to run');
const outcome = z.enum(['ok', 'partial', 'failed']);
const reason = z.enum(['time', 'manual', 'change']).describe('why it began');
const error = z.strictObject({ code: z.string().optional(), message: z.string() }).optional();

const missed = z
  .strictObject({
    count: make.count('slots without a run; of very many, 1000'),
    first: make.iso('the first of them'),
    last: make.iso('the last of them'),
  })
  .optional()
  .describe('slots before this one that nobody has run');

export const scheduleRun = z.strictObject({
  job,
  slot,
  status: z
    .enum(['ok', 'partial', 'failed', 'running', 'released', 'missed'])
    .describe('`released`: given back by a scheduler that was told to stop, and begun again by the next'),
  reason,
  attempts: make.count('processes that have begun it'),
  host: z.string().optional().describe('machine that has it, or had it last'),
  pid: z.int().optional(),
  started: make.iso('by the clock of that machine').optional(),
  finished: make.iso('by the clock of that machine').optional(),
  error,
  details: z.unknown().optional().describe('commands, their exit codes and the end of what they said'),
  missed,
});

export const scheduleList = z.strictObject({
  jobs: z.array(
    z.strictObject({
      job,
      timing: z
        .union([
          z.strictObject({ cron: z.string(), timeZone: z.string().optional() }),
          z.strictObject({ at: z.array(z.string()), timeZone: z.string().optional() }),
          z.strictObject({ everyMs: z.int() }),
        ])
        .optional()
        .describe('absent: only when asked for, or when watched folders change'),
      watched: z.array(z.string()).optional().describe('folders whose changes begin it, too'),
      next: make.iso('when it runs next').optional(),
      last: scheduleRun.optional(),
    }),
  ),
});

export const scheduleNext = z.strictObject({ runs: z.array(z.strictObject({ job, slot })) });

export const scheduleHistory = z.strictObject({ runs: z.array(scheduleRun) });

export const scheduleNow = z.strictObject({ job, slot, outcome, error, details: z.unknown().optional(), durationMs });

export const scheduleEvent = z.strictObject({
  type: z.enum([
    'run.started',
    'run.finished',
    'run.failed',
    'run.missed',
    'run.released',
    'run.lost',
    'run.givenUp',
    'clock.ahead',
    'schedule.failed',
    'watch.started',
    'watch.degraded',
    'watch.failed',
  ]),
  at: make.iso('when it was told'),
  job,
  slot: slot.optional(),
  attempt: z.int().optional(),
  attempts: z.int().optional(),
  reason: reason.optional(),
  outcome: outcome.optional(),
  durationMs: durationMs.optional(),
  error,
  details: z.unknown().optional(),
  missed,
  folders: z.array(z.string()).optional().describe('of `watch.started`: what is watched'),
  mode: z
    .enum(['events', 'polling'])
    .optional()
    .describe('of `watch.started`: the system tells of changes, or all is looked at every so often'),
});

export const scheduleDaemon = z.strictObject({
  running: z.boolean(),
  pid: z.int().optional(),
  host: z.string().optional(),
  started: make.iso('when it began').optional(),
  pidFile: z.string(),
  log: z.string().optional(),
  stopped: z.boolean().optional().describe('of `schedule stop`: whether it has ended'),
});

export const scheduleUnit = z.strictObject({ unit: z.string().describe('a service of systemd') });
