import { z } from 'zod';
import { actions, channel, overrides, step } from './deploy-notes.ts';
import { durationMs, make } from './parts.ts';
import { versionText } from './release-parts.ts';

const runKind = z.enum(['deploy', 'rollback', 'restart']);
const strategy = z.string().describe('by what way the release came: `local`, `local-restart`, or another word');
const ids = z.array(z.string()).describe('ids of migrations');

const check = z.strictObject({
  name: z.string(),
  kind: z.string(),
  outcome: z.enum(['ok', 'warn', 'fail']).describe('only `fail` blocks'),
  found: z.string(),
  limit: z.string().optional(),
  hint: z.string().optional(),
  ms: durationMs,
  attempts: make.count('attempts'),
});

const stepReport = z.strictObject({
  step,
  outcome: z
    .enum(['done', 'failed', 'undone', 'left'])
    .describe('`left`: neither done nor taken back, as somebody has accepted that, or as nobody is in need of it'),
  at: make.iso('when it began'),
  ms: durationMs,
  detail: z.string().describe('what was done, for people'),
  checks: z.array(check).optional(),
  partial: z.array(z.string()).optional().describe('of a restore: what did not come back, and why'),
});

export const deployment = z.strictObject({
  id: z.string(),
  kind: z.enum(['deploy', 'rollback', 'automatic-rollback', 'restart']),
  version: versionText,
  from: z.string().optional().describe('what was current before'),
  channel,
  strategy,
  outcome: z
    .enum(['running', 'succeeded', 'failed', 'rolled-back', 'undone'])
    .describe('`failed`: before the switch; `rolled-back`: after it, by itself; `undone`: by somebody'),
  by: z.string(),
  startedAt: make.iso('when it began'),
  endedAt: make.iso('when it ended').optional(),
  ms: durationMs.optional(),
  steps: z.array(stepReport),
  backup: z.string().optional().describe('the safety backup, by the name that `deploy rollback --restore` takes'),
  committedAt: make.iso('when the commits of the release were made, the median').optional(),
  migrations: make.count('migrations that it was to run'),
  migrated: ids.optional().describe('those that it has left applied'),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  wayBack: z
    .strictObject({ ms: durationMs, objectiveMs: durationMs, isMet: z.boolean() })
    .optional()
    .describe('how long going back took, beside how long it may take'),
  left: z.array(step).optional().describe('steps that were left as they are'),
  evidence: z.string().optional().describe('folder with the report and the last lines of the service of a failure'),
});

export const deployPlan = z.strictObject({
  format: z.literal('holdfast-deploy-plan'),
  formatVersion: z.literal(0),
  kind: runKind,
  version: versionText,
  from: z.string().optional().describe('what is current'),
  channel,
  strategy,
  steps: z.array(
    z.strictObject({
      step,
      what: z.string().describe('for people'),
      undo: z.string().optional().describe('what takes it back'),
    }),
  ),
  migrations: z.strictObject({
    expand: ids.describe('run before the switch'),
    data: ids.describe('run after the checks'),
    contract: ids.describe('run last'),
    back: ids.describe('taken back by a rollback'),
    destructive: ids.optional().describe('those of `expand` that take something away all the same'),
  }),
  restores: z.string().optional().describe('the backup that a rollback restores instead'),
  wayBack: z.array(z.string()).describe('what is done when a step fails, for people'),
  warnings: z.array(z.string()),
  agreements: z.array(z.literal('no-backup')).describe('what somebody has agreed to'),
  reason: z.string().optional().describe('why, for what was agreed to'),
  fileCheck: z.enum(['quick', 'full']).optional().describe('how a rollback looks at the files of its target'),
  committedAt: make.iso('when the commits of the release were made, the median').optional(),
});

const deployedRelease = z.strictObject({
  version: versionText,
  folder: z.string(),
  state: z.enum(['building', 'staged', 'active', 'good', 'bad', 'rolled-back']),
  isCurrent: z.boolean(),
  contents: z.string().optional().describe('digest of the list of its files, `sha256:<hex>`'),
  bytes: make.bytes('its files'),
  stagedAt: make.iso('when its files were there').optional(),
  activatedAt: make.iso('when it became current').optional(),
  changedAt: make.iso('when it got its state'),
});

const layout = z.strictObject({
  root: z.string(),
  releases: z.string(),
  current: z.string(),
  shared: z.string(),
  backups: z.string(),
  state: z.string(),
  sharedFolders: z.array(z.string()),
  links: z.array(z.strictObject({ kind: z.enum(['folder', 'file']), path: z.string(), target: z.string() })),
  env: z.record(z.string(), z.string()),
});

const current = z.union([
  z.strictObject({ kind: z.literal('release'), version: versionText }),
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({ kind: z.enum(['dangling', 'foreign']), target: z.string() }),
  z.strictObject({ kind: z.literal('occupied') }),
]);

const maintenance = z.strictObject({
  reason: z.string(),
  since: z.string(),
  by: z.string(),
  run: z.string().optional().describe('the deploy that has switched it on; none by hand'),
});

const lock = z.strictObject({
  owner: z.strictObject({
    by: z.string(),
    host: z.string(),
    pid: z.int(),
    startedAt: z.string().describe('when its process began, as the system has it'),
    space: z.string().describe('which ids of processes it sees'),
  }),
  since: make.iso('when it was taken'),
  until: make.iso('until when it counts if it is not renewed'),
  isRunning: z.union([z.boolean(), z.literal('unknown')]).describe('`unknown`: on another machine'),
});

const serviceState = z.enum(['running', 'stopped', 'failed', 'starting', 'missing', 'unknown']);

export const deployStatus = z.strictObject({
  layout,
  channel,
  isInitialised: z.boolean().describe('whether the folders are there'),
  current,
  releases: z.array(deployedRelease),
  service: z
    .strictObject({
      name: z.string(),
      kind: z.string(),
      state: serviceState,
      pids: z.array(z.int()),
      version: z.string().optional().describe('what it was started for, where that is known'),
      since: z.string().optional(),
      restarts: z.int().optional(),
      detail: z.string().optional(),
    })
    .optional(),
  disk: z.strictObject({ free: make.bytes('free'), total: make.bytes('in all') }).optional(),
  maintenance: maintenance.optional().describe('while it is on'),
  unfinished: deployment.optional().describe('what `deploy resume` ends'),
  lock: lock.optional().describe('who works on that now'),
  deployments: z.array(deployment).describe('the last ones, newest first'),
  overrides,
});

const serviceAction = z.union([
  z.strictObject({ kind: z.literal('write'), path: z.string(), text: z.string(), needsRoot: z.boolean() }),
  z.strictObject({
    kind: z.literal('run'),
    command: z.array(z.string()),
    environment: z.record(z.string(), z.string()).optional(),
    needsRoot: z.boolean(),
  }),
  z.strictObject({ kind: z.literal('own'), text: z.string(), needsRoot: z.literal(false) }),
]);

export const deployInitialised = z.strictObject({
  root: z.string(),
  dryRun: z.boolean(),
  made: z.array(z.string()).describe('folders that were not there'),
  left: z.array(serviceAction).describe('what is left to do for the service by somebody who may'),
});

export const deployList = z.strictObject({ root: z.string(), releases: z.array(deployedRelease) });
export const deployHistory = z.strictObject({
  deployments: z.array(deployment).describe('newest first'),
  overrides,
  actions,
});

export const deployCleaned = z.strictObject({
  dryRun: z.boolean(),
  decisions: z.array(z.strictObject({ version: versionText, keep: z.boolean(), reason: z.string() })),
  removed: z.array(versionText),
  spared: z.array(versionText).describe('those that came into use meanwhile'),
  evidence: z
    .array(
      z.strictObject({
        path: z.string(),
        kind: z
          .enum(['report', 'files'])
          .describe('`report`: what happened; `files`: the changed files of a release that failed'),
        keptAt: make.iso('since when it is kept'),
        keep: z.boolean(),
      }),
    )
    .describe('what was kept of deploys that failed'),
  removedEvidence: z.array(z.string()).describe('paths of what is gone'),
  isPartial: z.boolean().describe('whether there may be processes that can’t be seen'),
  warnings: z.array(z.string()),
});

export const deployMaintenance = z.strictObject({ on: z.boolean(), maintenance: maintenance.optional() });

export const deployLogLine = z.strictObject({ line: z.string() });

export const deployService = z.strictObject({
  name: z.string(),
  verb: z.enum(['install', 'start', 'stop', 'restart', 'uninstall']),
  dryRun: z.boolean(),
  actions: z.array(serviceAction).describe('what is done, in that order'),
  state: serviceState.describe('what it is now'),
  pids: z.array(z.int()),
});
