import { z } from 'zod';
import { gateResult, modelFinding, verdict } from './models.ts';
import { make } from './parts.ts';

export const promotionPlan = z.strictObject({
  model: z.string(),
  alias: z.string(),
  from: z.string().optional().describe('what the alias points to now'),
  to: z.string(),
  gates: z.array(gateResult),
  allowed: z.boolean().describe('whether all gates are passed'),
});

export const modelVerified = z.strictObject({
  model: z.string(),
  version: z.string(),
  digest: z.string(),
  verified: z.boolean().describe('whether somebody who is trusted has signed it'),
  signatures: make.count('signatures that there are'),
  signer: z.string().optional().describe('id of the key, or SHA-256 of the certificate'),
  method: z.enum(['key', 'certificate']).optional(),
  signedAt: make.iso('when it was written down').optional(),
  signedBy: z.string().optional(),
  problem: z.string().optional().describe('why it is not believed'),
});

export const modelSigned = z.strictObject({
  model: z.string(),
  version: z.string(),
  at: make.iso('when'),
  by: z.string(),
  path: z.string().optional().describe('the file with the signature'),
});

export const modelApproved = z.strictObject({
  model: z.string(),
  version: z.string(),
  digest: z.string().describe('the content that was approved'),
  at: make.iso('when'),
  by: z.string(),
  reason: z.string(),
});

const status = z.enum(['passed', 'failed', 'skipped', 'unchecked']);

const loadTestReport = z.strictObject({
  status,
  runner: z.string().optional(),
  end: z.enum(['ended', 'failed', 'timeout', 'out-of-memory', 'crashed']).optional(),
  detail: z.string(),
  samples: make.count('samples that were run'),
  compared: make.count('samples whose outputs were compared'),
  differences: z.array(z.strictObject({ sample: z.string(), output: z.string(), message: z.string() })),
  ms: make.count('milliseconds that it took'),
  memoryLimited: z.boolean(),
});

export const modelValidation = z.strictObject({
  path: z.string().optional().describe('of a file'),
  model: z.string().optional(),
  version: z.string().optional(),
  status: z.enum(['passed', 'failed', 'incomplete']).describe('`incomplete`: something was not looked at'),
  digest: z.strictObject({ status, expected: z.string().optional(), found: z.string() }),
  structure: z.strictObject({
    status,
    format: z.string(),
    verdict,
    findings: z.array(modelFinding),
    findingCount: make.count('findings'),
    parameters: make.count('numbers that were learned').optional(),
  }),
  signature: z.strictObject({ status, detail: z.string() }).optional(),
  loadTest: loadTestReport,
});
