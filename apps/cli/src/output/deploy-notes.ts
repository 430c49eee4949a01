import { z } from 'zod';
import { make } from './parts.ts';
import { versionText } from './release-parts.ts';

export const step = z
  .enum([
    'pre-checks',
    'validate',
    'maintenance-on',
    'safety-backup',
    'expand',
    'migrations-back',
    'restore-data',
    'stage',
    'check-files',
    'switch',
    'service',
    'post-checks',
    'data',
    'contract',
    'maintenance-off',
    'good',
  ])
  .describe('in the order of deploys or rollbacks');

export const channel = z.string().describe('what the machine is: `dev`, `staging`, `prod`, or another word');

const noted = {
  by: z.string(),
  at: make.iso('when'),
  reason: z.string().optional().describe('why, in their words'),
  channel,
};

const run = z.string().describe('`id` of the deployment');

const override = z.union([
  z.strictObject({
    kind: z.literal('no-backup'),
    ...noted,
    version: versionText,
    run,
    migrations: make.count('migrations that it was to run'),
  }),
  z.strictObject({
    kind: z.literal('left'),
    ...noted,
    version: versionText,
    run,
    step,
    direction: z.enum(['forward', 'back']),
    found: z.string().describe('what was in the way'),
  }),
  z.strictObject({
    kind: z.literal('forced-lock'),
    ...noted,
    action: z.enum(['init', 'deploy', 'rollback', 'resume', 'undo', 'clean', 'service', 'maintenance', 'force-lock']),
    from: z.string().describe('from whom'),
  }),
]);

export const overrides = z.array(override).describe('what somebody took upon themselves, newest first');

const action = z.union([
  z.strictObject({
    kind: z.literal('service'),
    ...noted,
    verb: z.enum(['install', 'start', 'stop', 'restart', 'uninstall']),
  }),
  z.strictObject({ kind: z.literal('maintenance'), ...noted, state: z.enum(['on', 'off']) }),
  z.strictObject({
    kind: z.literal('clean'),
    ...noted,
    versions: z.array(versionText).describe('releases that are gone'),
    evidence: z.array(z.string()).describe('evidence that is gone'),
  }),
]);

export const actions = z.array(action).describe('what somebody has done by hand, newest first');
