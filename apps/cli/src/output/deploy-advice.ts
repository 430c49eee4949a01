import { z } from 'zod';
import { make } from './parts.ts';
import { versionText } from './release-parts.ts';

const outcome = z.enum(['ok', 'warn', 'fail', 'unknown']);

const looked = z.strictObject({
  now: z.number().describe('milliseconds since 1970'),
  channel: z.string(),
  diff: z
    .strictObject({
      files: make.count('files that are others, new or gone'),
      migrations: make.count('new migrations'),
      contractMigrations: make.count('those of them without a way back'),
      configKeys: z.array(z.string()).describe('names of settings that are new or gone'),
      ports: z.array(z.int()).describe('new ports'),
      modelFiles: z.array(z.string()).describe('files of models that changed'),
    })
    .optional()
    .describe('absent where it is not known what is live'),
  commitTypes: z.record(z.string(), z.int()).describe('commits by type'),
  breakingCommits: make.count('commits after which users have to do something'),
  isDirty: z.boolean(),
  remote: z.enum(['reachable', 'unreachable', 'none', 'unknown']),
  businessHours: z.strictObject({
    timeZone: z.string(),
    days: z.array(z.int()).optional(),
    from: z.number().optional(),
    to: z.number().optional(),
  }),
  health: outcome.describe('what the checks of the service say'),
  disk: z
    .strictObject({ usedPercent: z.number(), freeBytes: z.number(), neededBytes: z.number().optional() })
    .optional(),
  backupAgeMs: z
    .union([z.number(), z.literal('unknown')])
    .optional()
    .describe('absent where there is no backup'),
});

export const deployAdvice = z.strictObject({
  live: versionText.optional(),
  ranked: z
    .array(
      z.strictObject({
        strategy: z.string(),
        score: z.number().min(0).max(100),
        reasons: z.array(
          z.strictObject({
            rule: z.string().describe('`model` is the history of the channel'),
            points: z.number(),
            text: z.string(),
          }),
        ),
        blockers: z.array(z.strictObject({ rule: z.string(), text: z.string() })),
      }),
    )
    .describe('the best first; what is blocked last'),
  model: z
    .strictObject({ runs: make.count('deploys that it was made of'), failed: make.count('those of them that failed') })
    .optional()
    .describe('absent where the history is too short'),
  context: looked.describe('what was looked at'),
});

const strategyName = z.string().describe('`remote-ci`, `hybrid`, `server-controlled`, or one of your own');

export const deployStrategyPlan = z.strictObject({
  strategy: strategyName,
  version: versionText,
  actions: z
    .array(
      z.union([
        z.strictObject({ kind: z.literal('run'), command: z.array(z.string()) }),
        z.strictObject({ kind: z.literal('request'), method: z.enum(['GET', 'POST']), url: z.string() }),
        z.strictObject({ kind: z.literal('own'), text: z.string() }),
      ]),
    )
    .describe('what would be done, in its order'),
});

export const deployStrategyRun = z.strictObject({
  strategy: strategyName,
  version: versionText,
  isLive: z.boolean().describe('whether it is live now; else a server will see to it'),
  detail: z.string(),
  url: z.string().optional().describe('where more can be read'),
});

export const deployPulled = z.strictObject({
  kind: z.enum(['idle', 'answered', 'unreachable']).describe('`idle`: nothing was asked for, and nothing is newer'),
  message: z.string().optional(),
  answer: z
    .strictObject({
      server: z.string(),
      request: z.int().optional().describe('absent for what the server did by itself'),
      version: versionText.optional(),
      outcome: z.enum(['deployed', 'current', 'failed', 'none']),
      at: make.iso('when it was written'),
      error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
    })
    .optional(),
  odd: z.array(z.string()).optional().describe('objects in the store that are no requests or answers: passed over'),
});
