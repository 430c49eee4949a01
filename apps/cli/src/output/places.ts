import { z } from 'zod';
import { failure, make } from './parts.ts';
import { snapshot } from './snapshot.ts';

const slot = z.strictObject({ id: z.string(), type: z.string() });

export const created = z.strictObject({
  id: z.string().describe('id of the repository'),
  repository: z.string().describe('its location, without secrets'),
  encrypted: z.boolean(),
  keyFile: z.string().optional().describe('the key file that was made'),
  passphrase: z.boolean().describe('whether a passphrase opens it, too'),
  recoveryCode: z.string().optional().describe('shown this once, stored nowhere'),
});

export const repositoryStatus = z.strictObject({
  config: z.strictObject({ file: z.string().optional().describe('the configuration file in force') }),
  repository: z.strictObject({
    location: z.string().describe('without secrets'),
    reachable: z.boolean().describe('whether it could be opened'),
    id: z.string().optional(),
    formatVersion: z.int().optional(),
    createdAt: z.string().optional(),
    encrypted: z.boolean().optional(),
    encryption: z.string().optional(),
    tenants: z.array(z.string()).optional(),
    slots: z.array(slot).optional().describe('what opens it'),
  }),
  snapshots: make.count('snapshots of all tenants and hosts').optional(),
  latest: snapshot.optional().describe('the newest snapshot of this tenant and host'),
  ageMs: z.number().optional().describe('milliseconds since `latest` was finished'),
  error: failure.optional().describe('why it is not reachable'),
  schedule: z
    .strictObject({
      jobs: make.count('jobs'),
      failing: z.array(z.string()).describe('jobs whose last run failed'),
      next: z.strictObject({ job: z.string(), slot: make.iso('when it runs next') }).optional(),
    })
    .optional()
    .describe('where jobs are configured'),
  deploy: z
    .strictObject({
      version: z.string().optional().describe('the active release'),
      last: z
        .strictObject({ kind: z.string(), version: z.string(), outcome: z.string(), at: make.iso('when it ended') })
        .optional(),
    })
    .optional()
    .describe('where releases are deployed'),
  alerts: z
    .strictObject({
      open: z.array(z.strictObject({ key: z.string(), severity: z.string(), title: z.string() })),
      down: z.array(z.string()).describe('channels that did not take the last notice'),
      frozen: z.array(z.string()).describe('tenants of which nothing is forgotten'),
    })
    .optional()
    .describe('where alerts are configured'),
  objectives: z
    .strictObject({
      met: make.count('objectives'),
      unknown: make.count('objectives'),
      breached: z.array(z.strictObject({ tenant: z.string().optional(), objective: z.string(), detail: z.string() })),
    })
    .optional()
    .describe('where drills and measurements are remembered'),
  unread: z
    .array(z.strictObject({ part: z.string(), message: z.string() }))
    .optional()
    .describe('parts that could not be read'),
});

export const cleanedParts = z.strictObject({
  dryRun: z.boolean(),
  parts: z.array(
    z.strictObject({
      part: z.enum(['backups', 'structure', 'models', 'releases', 'logs', 'space']),
      command: z.string(),
      status: z.enum(['done', 'skipped', 'failed']),
      exitCode: z.int().optional(),
      said: z.string().describe('what the command said last, or why nothing was done'),
    }),
  ),
});

export const repositoryStats = z.strictObject({
  tenants: z.array(
    z.strictObject({
      tenant: z.string(),
      snapshots: make.count('snapshots'),
      bytesReferenced: make.bytes('content of all snapshots as if each was stored alone'),
      blobs: make.count('distinct blobs'),
      packs: make.count('packs'),
      bytesUnique: make.bytes('content of all distinct blobs before compression'),
      bytesPacked: make.bytes('packs as stored'),
      dedupRatio: z.number().describe('bytesReferenced / bytesUnique'),
      compressionRatio: z.number().describe('bytesUnique / bytesPacked'),
    }),
  ),
  objects: make.count('stored objects'),
  bytesStored: make.bytes('everything stored'),
});

export const configShown = z.strictObject({
  file: z.string().optional().describe('the configuration file in force'),
  settings: z.record(
    z.string().describe('name of the setting, such as `sources.paths`'),
    z.strictObject({
      value: z.unknown().optional().describe('secrets are `hidden`; absent when it is not set'),
      origin: z.enum(['flag', 'environment', 'file', 'default', 'unset']),
      from: z.string().optional().describe('the flag, the variable or the file'),
    }),
  ),
});

export const configValidated = z.strictObject({
  valid: z.boolean(),
  file: z.string(),
  problems: z.array(
    z.strictObject({
      path: z.string().describe('the field, as `sources.paths[0]`'),
      message: z.string(),
      line: make.count('of the file, from 1').optional(),
      column: make.count('of the line, from 1').optional(),
      hint: z.string().optional(),
    }),
  ),
});

export const failed = z.strictObject({ error: failure });
