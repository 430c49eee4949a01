import { z } from 'zod';
import { kind, make, pathBase64 } from './parts.ts';

const digestText = z.string().describe('digest as `<algorithm>:<hex>`');
const keyId = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('id of a key: SHA-256 of its public half, in hex');
const failure = z.strictObject({ code: z.string(), message: z.string() });

export const fileDigest = z.strictObject({
  path: z.string().describe('as it was given; `-` is standard input'),
  digest: digestText.optional(),
  sri: z.string().optional().describe('the same in the form of HTML `integrity`, where that form has the algorithm'),
  error: failure.optional().describe('instead of a digest, when it could not be read'),
});

export const manifestRun = z.strictObject({
  directory: z.string().describe('absolute'),
  algorithm: z.string(),
  digest: digestText.describe('one digest of the whole manifest'),
  entries: make.count('entries in it'),
  files: make.count('of these, files'),
  bytes: make.bytes('content of these files'),
  problems: z
    .array(
      z.strictObject({
        path: z.string(),
        pathBase64,
        reason: z.string().describe('code of the system, or `CHANGED_WHILE_READ`'),
      }),
    )
    .describe('what could not be read'),
  output: z.string().optional().describe('file it was written to'),
});

export const keysMade = z.strictObject({
  keyId,
  algorithm: z.string(),
  privateKey: z.string().describe('file of the private key'),
  publicKey: z.string().describe('file of the public key'),
  encrypted: z.boolean().describe('whether the private key needs a passphrase'),
});

export const signed = z.strictObject({
  path: z.string().describe('what was signed, absolute'),
  keyIds: z.array(keyId),
  files: make.count('files that are signed'),
  output: z.string().describe('file of the signature'),
});

export const signatureVerification = z.strictObject({
  path: z.string().describe('what was verified, absolute'),
  verified: z.boolean().describe('whether enough keys have signed what is there'),
  threshold: make.count('keys that must have signed'),
  counted: make.count('keys that have'),
  signatures: z.array(
    z.strictObject({
      keyId: z.string(),
      verdict: z.string().describe('`counts`, or why not'),
      message: z.string(),
      signedAt: make.iso('what the signer says').optional(),
      expiresAt: make.iso('from then on it does not count').optional(),
    }),
  ),
  differences: z
    .array(
      z.strictObject({
        name: z.string(),
        kind: z.enum(['missing', 'unexpected', 'changed', 'not-comparable']),
      }),
    )
    .describe('of a folder: files that are not as they were signed; `.` is the folder as a whole'),
});

const manifestEntry = z.strictObject({
  path: z.string(),
  pathBase64,
  kind,
  size: make.bytes('of files').optional(),
  mode: z.int().optional().describe('permission bits; not of links'),
  mtimeNs: z.string().optional().describe('nanoseconds since 1970, of files'),
  digest: digestText.optional(),
  target: z.string().optional().describe('where a link leads'),
  targetBase64: z.string().optional(),
});

const changes = z
  .array(z.enum(['content', 'size', 'mode', 'mtime', 'kind', 'target']))
  .optional()
  .describe('of `changed` and `renamed`');

const comparison = {
  directory: z.string().describe('absolute'),
  ok: z.boolean().describe('whether nothing was found'),
  counts: z.strictObject({
    entries: make.count('entries of the manifest that count'),
    files: make.count('files that were read'),
    bytes: make.bytes('content of these'),
    unproven: make.count('what the manifest itself could not read'),
    missing: make.count('gone'),
    changed: make.count('not as they were'),
    extra: make.count('not in the manifest'),
    unreadable: make.count('of which nothing is known'),
    renamed: make.count('under another path'),
  }),
  findings: z.array(
    z.strictObject({
      type: z.enum(['missing', 'changed', 'extra', 'unreadable', 'renamed']),
      path: z.string(),
      pathBase64,
      changes,
      reason: z.string().optional().describe('of `unreadable`: code of the system, or `CHANGED_WHILE_READ`'),
      to: z.strictObject({ path: z.string(), pathBase64 }).optional().describe('of `renamed`'),
      expected: manifestEntry.optional().describe('what the manifest says'),
      actual: manifestEntry.optional().describe('what is there'),
    }),
  ),
};

export const manifestVerification = z.strictObject(comparison);

export const scrubRun = z.strictObject({
  ...comparison,
  earlier: z
    .array(
      z.strictObject({
        path: z.string(),
        pathBase64,
        result: z.enum(['changed', 'unreadable']),
        checkedAtMs: z.number().describe('milliseconds since 1970'),
      }),
    )
    .describe('damage that earlier runs found in files that were not read this time'),
  coverage: z.strictObject({
    files: make.count('files that were read, by this run and earlier ones'),
    bytes: make.bytes('content of these'),
    totalFiles: make.count('files of the manifest'),
    totalBytes: make.bytes('content of these'),
    share: z.number().describe('of the bytes, from 0 to 1'),
    sinceMs: z.number().optional().describe('all of that was read since, milliseconds since 1970'),
  }),
  state: z.enum(['resumed', 'new', 'damaged']).describe('what was remembered of earlier runs'),
});

export const inclusionProof = z.strictObject({
  format: z.literal('holdfast-inclusion'),
  version: z.literal(1),
  root: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('root of the tree of all entries'),
  size: make.count('entries'),
  index: make.count('number of this entry, from 0'),
  entry: manifestEntry,
  proof: z.array(z.string()).describe('hashes on the way to the root, in hex'),
});

export const inclusionCheck = z.strictObject({
  path: z.string().describe('the file, absolute'),
  entry: z.string().describe('path in the tree of the entry that the proof is about; proven only if `verified`'),
  verified: z.boolean().describe('whether the file has the content of this entry in the tree with this root'),
  root: z.string(),
  reason: z.string().optional().describe('why not'),
});
