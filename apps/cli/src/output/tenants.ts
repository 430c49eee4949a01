import { z } from 'zod';
import { make } from './parts.ts';

const hold = z.strictObject({
  reason: z.string().describe('why'),
  by: z.string().describe('who has placed it'),
  at: make.iso('when it was placed'),
});

const tenant = z.strictObject({
  name: z.string(),
  id: z.string().describe('16 hex digits; in snapshots as `tenant.id`'),
  createdAt: make.iso('when it was made'),
  status: z
    .enum(['active', 'held', 'erasing', 'erased'])
    .describe('`held`: under a legal hold; `erasing`: an erasure was begun and has to be gone on with'),
  quotaBytes: make.bytes('most that its packs may have').optional(),
  retention: z.record(z.string(), z.unknown()).optional().describe('the policy that `backup forget` goes by'),
  hold: hold.optional(),
  sharesWith: z.array(z.string()).describe('tenants that have the same keys and dedup domain'),
  erasedAt: make.iso('when it was erased, or the erasure was begun').optional(),
});

const stats = z.strictObject({
  tenant: z.string(),
  snapshots: make.count('snapshots'),
  bytesReferenced: make.bytes('content of all snapshots as if each was stored alone'),
  blobs: make.count('distinct blobs'),
  packs: make.count('packs'),
  bytesUnique: make.bytes('content of all distinct blobs, before compression'),
  bytesPacked: make.bytes('packs as stored'),
  dedupRatio: z.number().describe('`bytesReferenced / bytesUnique`'),
  compressionRatio: z.number().describe('`bytesUnique / bytesPacked`'),
});

const destination = z.strictObject({
  role: z.enum(['store', 'keyStore', 'mirror']),
  place: z.string().describe('URL or name'),
  holds: z.enum(['data', 'keys', 'data and keys']),
  status: z.enum(['destroyed', 'copies may remain']),
  until: make.iso('until when copies may remain').nullable().optional().describe('`null`: nobody knows'),
  basis: z.enum(['checked', 'declared', 'assumed']).describe('whether holdfast has looked, or somebody says so'),
});

const readable = z
  .union([z.literal(false), z.strictObject({ until: make.iso('until when').nullable() })])
  .describe('whether data of the tenant may still be read somewhere; `until: null`: nobody knows until when');

const left = z.strictObject({ objects: make.count('objects'), bytes: make.bytes('of these') });

export const tenantShape = tenant;
export const tenantList = z.strictObject({ tenants: z.array(tenant).describe('those that were erased come last') });
export const tenantShown = z.strictObject({
  tenant,
  stats: stats.optional().describe('absent of one that is being erased, or was'),
});

export const tenantErasure = z.strictObject({
  dryRun: z.boolean(),
  plan: z
    .strictObject({
      tenant: z.string(),
      id: z.string(),
      begun: z.boolean().describe('an erasure was begun, or has ended'),
      snapshots: make.count('snapshots that nobody can read any more'),
      sessions: make.count('backups that would be ended'),
      left: left.describe('what the next prune deletes'),
      destinations: z.array(destination),
      readable,
    })
    .optional()
    .describe('with `--dry-run`'),
  statement: z
    .strictObject({
      version: z.literal(0),
      repository: z.string(),
      tenant: z.strictObject({ id: z.string(), name: z.string(), createdAt: make.iso('when it was made') }),
      erasedAt: make.iso('when its keys were destroyed'),
      by: z.string(),
      reason: z.string(),
      keys: z.enum(['destroyed', 'shared']),
      destinations: z.array(destination),
      readable,
    })
    .optional()
    .describe('what the certificate says; absent with `--dry-run`'),
  certificate: z.string().optional().describe('the file with the certificate, a DSSE envelope'),
  publicKey: z.string().optional().describe('the file with the public key that verifies it'),
  sessionsFenced: make.count('backups that were ended').optional(),
  left: left.optional().describe('what the next prune deletes'),
});
