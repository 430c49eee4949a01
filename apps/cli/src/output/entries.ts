import { z } from 'zod';
import { kind, make, pathBase64, snapshotId } from './parts.ts';

export const entry = z
  .strictObject({
    path: z.string().describe('path as it comes back at restore; bytes that are not UTF-8 show as U+FFFD'),
    pathBase64,
    kind,
    mode: z.int().describe('permission bits as a number'),
    uid: z.int(),
    gid: z.int(),
    size: make.bytes('content'),
    mtime: z.string().optional().describe('ISO 8601 with nanoseconds, where the year has four digits'),
    mtimeNs: z
      .string()
      .regex(/^-?\d+$/)
      .describe('nanoseconds since 1970, as text'),
    linkTarget: z.string().optional().describe('what a symlink points to'),
    hardLinkTo: z.string().optional().describe('path of the first entry with the same inode'),
    torn: z.boolean().optional().describe('the file changed while it was read'),
    absent: z.boolean().optional().describe('a checkpoint that has no content of this file'),
  })
  .meta({ title: 'Entry', description: 'An entry of a snapshot.' });

export const foundEntry = entry.extend({ snapshot: snapshotId });

export const difference = z.strictObject({
  change: z.enum(['added', 'removed', 'content', 'metadata', 'kind']),
  path: z.string(),
  pathBase64,
  before: entry.optional(),
  after: entry.optional(),
});
