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

const foundRows = z
  .strictObject({
    count: make.count('rows'),
    ids: z.array(z.string()).describe('of the first ones: the primary key, or a JSON list of its columns'),
  })
  .optional();

export const dataDifference = z
  .strictObject({
    path: z.string().describe('of the dump, database or source of records in the snapshot'),
    name: z.string().describe('of the table, view or module'),
    change: z.enum(['same', 'added', 'removed', 'changed']).describe('`added`: it is live only'),
    schema: z.array(z.strictObject({ part: z.string(), before: z.string().optional(), after: z.string().optional() })),
    compared: z
      .enum(['key', 'digest', 'none'])
      .describe('how rows were: by their keys, as a whole where there is no key, or not at all'),
    before: z.int().nonnegative().optional().describe('rows in the snapshot'),
    after: z.int().nonnegative().optional().describe('rows that are live'),
    added: foundRows,
    changed: foundRows,
    removed: foundRows,
  })
  .meta({ title: 'DataDifference', description: 'How a table or module differs between a snapshot and what is live.' });
