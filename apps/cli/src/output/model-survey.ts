import { z } from 'zod';
import { make } from './parts.ts';

const named = { model: z.string(), version: z.string() };

export const modelLineage = z.strictObject({
  root: z.string().describe('id of the version that it is about: `price@1.2.0`'),
  nodes: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.enum(['version', 'data', 'code']),
      label: z.string(),
      level: z.int().describe('steps from the root; negative to what it was made from'),
      aliases: z.array(z.string()).optional().describe('that point to it'),
      state: z.enum(['deleted', 'missing']).optional(),
    }),
  ),
  edges: z.array(z.strictObject({ from: z.string(), to: z.string() })).describe('`to` was made from `from`'),
  isCut: z.boolean().describe('whether there is more beyond --depth'),
});

const tensors = z.array(z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.int().nullable()) }));

export const modelCard = z.strictObject({
  ...named,
  aliases: z.array(z.string()),
  description: z.string().optional(),
  change: z.string(),
  reason: z.string().describe('why it has this number'),
  addedAt: make.iso('when it was added'),
  addedBy: z.string(),
  format: z.string(),
  framework: z.strictObject({ name: z.string(), version: z.string().optional() }).optional(),
  parameters: make.count('numbers that were learned').optional(),
  inputs: tensors,
  outputs: tensors,
  file: z.string(),
  size: make.bytes('the file'),
  digest: z.string(),
  license: z.string().optional().describe('what a tag `license=…` says'),
  tags: z.array(z.string()),
  metrics: z.array(z.strictObject({ name: z.string(), value: z.number(), before: z.number().optional() })),
  comparedWith: z.string().optional().describe('the version that `before` is of'),
  dataset: z.strictObject({ name: z.string(), digest: z.string().optional() }).optional(),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  code: z.strictObject({ repository: z.string().optional(), commit: z.string() }).optional(),
  parents: z.array(z.string()),
  verdict: z.string(),
  findings: z.array(z.string()).describe('codes'),
  texts: z
    .strictObject({
      intendedUse: z.string().optional(),
      factors: z.string().optional(),
      evaluationData: z.string().optional(),
      ethicalConsiderations: z.string().optional(),
      caveats: z.string().optional(),
    })
    .describe('what people have written'),
});

export const modelBom = z
  .looseObject({ bomFormat: z.literal('CycloneDX'), specVersion: z.literal('1.6') })
  .describe('the ML-BOM itself, as the schema of CycloneDX describes it');

export const modelUsage = z.strictObject({
  models: z.array(
    z.strictObject({
      model: z.string(),
      versions: z.array(
        z.strictObject({
          version: z.string(),
          uses: make.count('restores and loads'),
          firstAt: make.iso('first use').optional(),
          lastAt: make.iso('last use').optional(),
          lastBy: z.string().optional(),
          bytes: make.bytes('the file'),
          bytesStored: make.bytes('what it has added to the repository').optional(),
        }),
      ),
      recent: z
        .array(
          z.strictObject({
            version: z.string(),
            at: make.iso('when'),
            by: z.string(),
            how: z.enum(['restore', 'load']),
          }),
        )
        .describe('the last uses, newest first'),
      lastUsedAt: make.iso('last use of any version').optional(),
      bytes: make.bytes('all files'),
      bytesStored: make.bytes('what they have added to the repository'),
    }),
  ),
});

const cleanupItem = z.strictObject({
  ...named,
  keep: z.boolean(),
  why: z.string().describe('what speaks for that, in a sentence'),
  bytes: make.bytes('the file'),
  addedAt: make.iso('when it was added'),
});

export const modelCleanup = z.strictObject({
  dryRun: z.boolean(),
  plan: z.array(cleanupItem).describe('by model, newest first'),
  removed: z.array(cleanupItem).describe('what is gone; with --dry-run, nothing'),
  left: z.array(cleanupItem).describe('what the plan would have removed, but came into use since'),
  leftovers: make.count('contents that were let go because no version names them'),
});

const scrubbed = z.strictObject({
  ...named,
  bytes: make.bytes('the file; 0 for damage that an earlier run has found'),
  checkedAt: make.iso('when it was read'),
  damage: z.string().optional().describe('what is wrong with the content'),
});

export const modelScrub = z.strictObject({
  checked: z.array(scrubbed).describe('read by this run'),
  damaged: z.array(scrubbed).describe('known to be damaged, by this run or an earlier one'),
  left: make.count('versions that this run has not come to'),
  oldest: make.iso('when the one was read that was not looked at for longest').optional(),
});
