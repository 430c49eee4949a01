import { z } from 'zod';
import { weightsDiff } from './model-weights.ts';
import { metricComparison } from './model-metrics.ts';
import { make } from './parts.ts';

export const verdict = z
  .enum(['clean', 'unknown', 'suspicious', 'malicious'])
  .describe('the worst that was found; only `clean` says that all is known to be harmless');
const tensor = z.strictObject({
  name: z.string(),
  type: z.string().describe('of its elements'),
  shape: z.array(z.int().nullable()).describe('`null` for what is not fixed'),
  offset: make.count('where its bytes begin in the file').optional(),
  bytes: make.bytes('what it takes').optional(),
});
const framework = z.strictObject({ name: z.string(), version: z.string().optional() });
export const modelFinding = z.strictObject({
  code: z.string(),
  severity: z.enum(['note', 'unknown', 'suspicious', 'malicious']),
  message: z.string(),
  offset: z.number().describe('bytes from the start of the part, or of the file'),
  part: z.string().optional().describe('the path in an archive, `>` between nested ones'),
});

const members = z
  .array(z.strictObject({ path: z.string(), size: make.bytes('the file'), digest: z.string() }))
  .readonly();

export const modelInspection = z.strictObject({
  path: z.string(),
  format: z.string(),
  formatVersion: z.string().optional(),
  verdict,
  findings: z.array(modelFinding),
  findingCount: make.count('findings, those that are left out included'),
  framework: framework.optional(),
  inputs: z.array(tensor),
  outputs: z.array(tensor),
  parameters: make.count('numbers that were learned').optional(),
  tensors: z.array(tensor),
  metadata: z.record(z.string(), z.string()),
  size: make.bytes('the file'),
  digest: z.string().optional().describe('`sha256:<hex>` of the file, or of the list of files of a folder'),
  members: members.optional().describe('files of a folder, with `--digest`'),
  main: z.string().optional().describe('file of a folder that a loader is given'),
});

const vouched = { at: make.iso('when'), by: z.string() };

export const modelVersion = z.strictObject({
  model: z.string(),
  version: z.string(),
  reason: z.string().describe('why it has this number'),
  change: z.string(),
  description: z.string().optional(),
  metrics: z.record(z.string(), z.number()),
  measurements: z
    .record(
      z.string(),
      z.strictObject({
        samples: make.count('samples that it comes from').optional(),
        values: z.array(z.number()).readonly().optional().describe('what each sample gave'),
        on: z.string().optional().describe('which samples'),
      }),
    )
    .optional()
    .describe('how metrics were measured'),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  dataset: z.strictObject({ name: z.string(), digest: z.string().optional() }).optional(),
  code: z.strictObject({ repository: z.string().optional(), commit: z.string() }).optional(),
  parents: z.array(z.strictObject({ model: z.string(), version: z.string() })),
  tags: z.array(z.string()),
  digest: z.string().describe('`sha256:<hex>` of the file'),
  size: make.bytes('the file'),
  file: z.string().describe('its name when it was added'),
  members: members.optional().describe('files of a model that is a folder'),
  inspection: z.strictObject({
    format: z.string(),
    verdict,
    framework: framework.optional(),
    parameters: make.count('numbers that were learned').optional(),
    inputs: z.array(tensor),
    outputs: z.array(tensor),
    findings: z.array(z.string()).describe('codes'),
  }),
  snapshot: z.string().describe('the snapshot that has the content'),
  addedAt: make.iso('when it was added'),
  addedBy: z.string(),
  aliases: z.array(z.string()).optional().describe('that point to it now'),
  signatures: z
    .array(z.strictObject(vouched))
    .optional()
    .describe('that there are; `models verify` says whether they count'),
  approvals: z.array(z.strictObject({ ...vouched, reason: z.string() })).optional(),
  loadTest: z
    .strictObject({ ...vouched, status: z.string(), detail: z.string() })
    .optional()
    .describe('the last one'),
});

export const modelAdded = z.strictObject({
  isNew: z.boolean().describe('`false`: the newest version has this content already'),
  bytesStored: make.bytes('what was not stored before, as it is stored'),
  version: modelVersion,
});

export const modelList = z.strictObject({
  models: z
    .array(
      z.strictObject({
        model: z.string(),
        versions: make.count('versions'),
        latest: z.string().optional(),
        aliases: z.record(z.string(), z.string()),
      }),
    )
    .optional(),
  versions: z.array(modelVersion).optional().describe('of the model that was named, newest first'),
});

export const gateResult = z.strictObject({
  gate: z.string(),
  status: z.enum(['passed', 'failed']),
  limit: z.string().describe('what is demanded'),
  found: z.string().describe('what is so'),
});

export const modelMove = z.strictObject({
  model: z.string(),
  alias: z.string(),
  from: z.string().optional(),
  to: z.string().optional(),
  at: make.iso('when'),
  by: z.string(),
  reason: z.string().optional(),
  gates: z.array(gateResult).optional().describe('what gates said'),
  forced: z.boolean().optional().describe('moved although gates had failed'),
});

export const modelAliases = z.strictObject({ model: z.string(), aliases: z.record(z.string(), z.string()) });

const changed = <T extends z.ZodType>(value: T) =>
  z.array(z.strictObject({ name: z.string(), before: value.optional(), after: value.optional() }));

export const modelDiff = z.strictObject({
  model: z.string(),
  before: z.string(),
  after: z.string(),
  sameContent: z.boolean(),
  metrics: changed(z.number()),
  params: changed(z.union([z.string(), z.number(), z.boolean()])),
  inputs: changed(z.string()),
  outputs: changed(z.string()),
  sizeChange: z.int().describe('bytes that the newer one is larger'),
  parametersChange: z.int().optional(),
  weights: weightsDiff.optional().describe('with `--weights`: how far weights moved'),
  verdicts: z.array(metricComparison).readonly().describe('of metrics that both have, by what chance does'),
});

export const modelEvent = z.strictObject({
  n: make.count('1 for the first'),
  at: make.iso('when'),
  by: z.string(),
  kind: z.enum([
    'version.added',
    'version.signed',
    'version.approved',
    'version.tested',
    'version.deleted',
    'alias.moved',
    'version.restored',
    'model.refused',
    'model.denied',
  ]),
  version: z.string().optional(),
  alias: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  reason: z.string().optional(),
  forced: z.boolean().optional().describe('moved although gates had failed'),
});

export const modelRestored = z.strictObject({ path: z.string(), version: modelVersion });
export const modelDeleted = z.strictObject({ model: z.string(), version: z.string(), reason: z.string() });
