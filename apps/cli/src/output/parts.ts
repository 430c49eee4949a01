import { z } from 'zod';

// What `--json` prints is described with zod: commands are checked against the types, tests against the
// schemas, and docs/cli.md is written from the descriptions. None of this is in the bundle.

const count = (description: string) => z.int().nonnegative().describe(description);
const bytes = (description: string) => z.int().nonnegative().describe(`${description}, in bytes`);
const iso = (description: string) => z.iso.datetime().describe(`${description}, ISO 8601`);
const sha256 = (description: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe(`${description}, SHA-256 in hex`);

export const make = { count, bytes, iso, sha256 };

export const status = z
  .enum(['ok', 'partial', 'failed'])
  .describe('`partial`: something is there, but `problems` (or `findings`) list what is not');

export const snapshotId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .describe('id of a snapshot, 32 hex digits');

export const pathBase64 = z
  .string()
  .optional()
  .describe('the bytes of `path` in Base64, present when they are not UTF-8');

export const kind = z.enum(['directory', 'file', 'symlink', 'socket', 'fifo', 'block-device', 'char-device']);

export const durationMs = z.number().nonnegative().describe('milliseconds');

export const problem = z.strictObject({
  path: z.string().describe('the path, for display'),
  pathBase64,
  code: z
    .string()
    .describe(
      'a system code such as `EACCES`, `TORN` for a file that changed while it was read, or a code of docs/errors.md',
    ),
  message: z.string().describe('what happened'),
  object: z.string().optional().describe('the stored object that is the cause'),
});

export const failure = z.strictObject({
  code: z.string().describe('a code of docs/errors.md'),
  message: z.string().describe('what happened'),
  hint: z.string().optional().describe('what to do about it'),
  object: z.string().optional().describe('the stored object that is concerned'),
  details: z.array(z.string()).optional().describe('more facts, such as the candidates of an ambiguous name'),
});
