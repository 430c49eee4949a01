import { z } from 'zod';
import { make } from './parts.ts';

const part = z.enum(['components', 'styles', 'i18n', 'migrations']);
const fileParts = {
  path: z.string().describe('relative to the root'),
  files: make.count('files'),
  bytes: make.count('bytes of content'),
  sha256: z.string().describe('of the file, or over names and digests of all its files; hex'),
};
const file = z.strictObject(fileParts);
const inventory = z.strictObject({
  components: z.array(
    z.strictObject({
      name: z.string(),
      version: z.string().optional().describe('of its `package.json`'),
      ...fileParts,
      dependencies: z.array(z.string()).describe('components that it needs'),
      packages: z.record(z.string(), z.string()).describe('other packages that it needs, with ranges'),
    }),
  ),
  styles: z.array(file),
  i18n: z.array(
    z.strictObject({
      locale: z.string(),
      ...fileParts,
      keys: make.count('texts'),
      missing: z.array(z.string()).describe('keys that other languages have; at most 100'),
    }),
  ),
  migrations: z.array(file),
});

const planned = {
  version: z.string(),
  previous: z.string().optional().describe('the version before'),
  bump: z.enum(['first', 'major', 'minor', 'patch', 'none']),
  reasons: z.array(z.string()).describe('what asked for the bump'),
};

export const structureBackup = z.strictObject({
  dryRun: z.boolean(),
  ...planned,
  inventory,
  snapshot: z.string().optional().describe('id of the snapshot; absent where nothing was stored'),
});

export const structureCatalog = z.strictObject({
  versions: z
    .array(
      z.strictObject({
        version: z.string(),
        immutable: z.boolean().describe('a major version: never forgotten'),
        snapshot: z.string().describe('id of the snapshot'),
        createdAt: make.iso('when it was made'),
        bytes: make.count('bytes of content'),
        files: make.count('files'),
        note: z.string().optional(),
      }),
    )
    .describe('oldest first'),
});

export const structureInventory = z.strictObject({ version: z.string(), inventory });

export const structureDiff = z.strictObject({
  before: z.string(),
  after: z.string(),
  changes: z.array(
    z.strictObject({
      part,
      change: z.enum(['added', 'removed', 'changed']),
      name: z.string().describe('name of the component or language, or path'),
      before: z.string().optional().describe('version of the component before'),
      after: z.string().optional().describe('version of the component after'),
    }),
  ),
});

export const structureRestore = z.strictObject({
  version: z.string(),
  target: z.string(),
  dryRun: z.boolean(),
  status: z.enum(['ok', 'partial', 'failed']),
  filesWritten: make.count('files written; with `dryRun`, that would be'),
  entriesKept: make.count('entries that were there and stayed'),
  problems: z.array(z.strictObject({ path: z.string(), code: z.string(), message: z.string() })),
});

export const structureForget = z.strictObject({
  dryRun: z.boolean(),
  kept: z.array(z.strictObject({ version: z.string(), reason: z.string() })),
  forgotten: z.array(z.string()).describe('versions'),
});
