import { z } from 'zod';
import { make, snapshotId } from './parts.ts';
import { snapshot } from './snapshot.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const written = {
  snapshot: snapshotId,
  size: make.bytes('what was written'),
  sha256: sha256.describe('of what was written'),
  encrypted: z.boolean(),
};
const totals = {
  entries: make.count('files, folders and all others'),
  files: make.count('files'),
  bytes: make.bytes('content'),
};

export const archiveExported = z.strictObject({
  to: z.string().describe('the file'),
  ...written,
  ...totals,
  manifestSha256: sha256.describe(
    'of the manifest in it: `backup import --manifest-sha256` takes no other archive for this one',
  ),
});

export const fileExported = z.strictObject({
  to: z.string().describe('the file'),
  path: z.string().describe('path of the file in the snapshot'),
  ...written,
  bytes: make.bytes('content'),
});

const read = {
  ...totals,
  manifestSha256: sha256.describe('of the manifest in it'),
  size: make.bytes('the archive'),
  encrypted: z.boolean(),
};

export const archiveImported = z.strictObject({
  snapshot: snapshot.describe('the one that was exported'),
  ...read,
  imported: snapshot.describe('the new one; absent with `--verify-only`').optional(),
});
