import { z } from 'zod';
import { make, problem, snapshotId } from './parts.ts';

const check = z.strictObject({
  name: z.enum(['restore', 'checksums', 'integrity', 'schema', 'data', 'live', 'assets', 'validator']),
  source: z.string().optional().describe('path of the source, with `schema`, `data` and `live`'),
  status: z.enum(['passed', 'failed', 'skipped']).describe('`skipped`: it was not made, `detail` says why'),
  checked: make.count('files, dumps, databases, rows, paths'),
  detail: z.string(),
  problems: z.array(problem).describe('the first 100'),
  duration_ms: make.count('milliseconds'),
});

export const restoreValidation = z
  .strictObject({
    id: z.string().regex(/^[0-9a-f]{32}$/),
    tenantId: z.string().regex(/^[0-9a-f]{16}$/),
    tenant: z.string(),
    backupId: snapshotId,
    timestamp: make.iso('start'),
    duration_ms: make.count('milliseconds'),
    status: z.enum(['passed', 'failed']),
    checks: z.array(check),
    report: z.string().describe('the same as text'),
  })
  .meta({ title: 'RestoreValidation', description: 'What a trial restore found.' });
