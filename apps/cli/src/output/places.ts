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
