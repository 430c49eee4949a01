import { z } from 'zod';
import { durationMs, make, pathBase64, snapshotId } from './parts.ts';

/** What became of one source of a snapshot. */
export const source = z.strictObject({
  kind: z.string().describe('`directory`: a folder or file; else what the source calls itself'),
  module: z.string().optional().describe('the module it belongs to'),
  root: z.string().describe('absolute path that was backed up; of other kinds `<kind>:<path>`'),
  rootBase64: z.string().optional(),
  path: z.string().describe('where it comes back below a restore folder'),
  pathBase64,
  status: z.enum(['ok', 'partial', 'failed']),
  problems: make.count('entries that could not be read'),
  entries: make.count('entries'),
  files: make.count('files'),
  bytes: make.bytes('content'),
  catalog: z.strictObject({
    sha256: make.sha256('top page of the catalog'),
    length: make.bytes('its length'),
    height: make.count('levels of pages'),
  }),
  absent: z
    .strictObject({ files: make.count('files'), bytes: make.bytes('their content') })
    .optional()
    .describe('of a checkpoint: what was not read and is not in it'),
  unread: z.boolean().optional().describe('of a checkpoint: only checked, nothing of it was read'),
  treeSha256: make.sha256('all entries of the tree'),
  contentSha256: make.sha256('its paths, kinds, contents and targets of links alone').optional(),
  durationMs: make.count('milliseconds that it took').optional(),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional().describe('the first problem'),
  details: z.record(z.string(), z.unknown()).optional().describe('what the source says of itself, such as versions'),
});

const snapshotModule = z.strictObject({
  name: z.string(),
  sha256: make.sha256('its sources: kinds, roots and `treeSha256`'),
  contentSha256: make.sha256('its content alone, wherever it was').optional(),
  sources: make.count('sources that belong to it'),
  files: make.count('files'),
  bytes: make.bytes('content'),
});

/** What compressing came to with one kind of content. */
export const contentReport = z.strictObject({
  kind: z.string().describe('such as `sql-dump`; `mixed`: small files of which no kind is more than half'),
  frames: make.count('frames'),
  bytesIn: make.bytes('content'),
  bytesOut: make.bytes('what was stored of it, before encryption'),
  saved: make.bytes('the difference'),
  ratio: z.number().describe('bytesIn / bytesOut'),
  methods: z.record(z.string(), z.int()).describe('frames by method: `raw`, `zstd-3`'),
  retried: make.count('frames for which a second method was tried'),
  reasons: z.record(z.string(), z.int()).describe('frames by why they are stored as they are'),
  compressMs: z.number().describe('milliseconds of processors that compressing took'),
});

export const snapshot = z
  .strictObject({
    id: snapshotId,
    name: z.string().optional(),
    note: z.string().optional(),
    tenant: z.strictObject({ id: z.string(), name: z.string() }),
    kind: z
      .enum(['full', 'incremental', 'checkpoint', 'pre-deploy', 'safety'])
      .describe('`checkpoint`: no content was read; `safety`: made before something was overwritten'),
    trigger: z.enum(['manual', 'scheduled']),
    startedAt: make.iso('start'),
    finishedAt: make.iso('end'),
    durationMs,
    createdBy: z.string(),
    host: z.string(),
    versions: z.strictObject({ tool: z.string(), format: z.int(), platform: z.string(), schema: z.int() }),
    status: z.enum(['ok', 'partial']),
    bytes: z.strictObject({
      total: make.bytes('all content'),
      read: make.bytes('content of new and changed files'),
      new: make.bytes('content not stored before'),
      stored: make.bytes('written to the repository'),
    }),
    files: z.strictObject({
      total: make.count('all files'),
      new: make.count('new files'),
      changed: make.count('changed files'),
      unchanged: make.count('unchanged files'),
    }),
    compression: z.string().describe('the profile'),
    contents: z.array(contentReport).optional().describe('what compressing came to; absent when nothing was new'),
    encryption: z.strictObject({ algorithm: z.string(), keyId: z.string() }),
    tags: z.array(z.string()),
    parent: snapshotId.optional().describe('the snapshot it was compared with'),
    sources: z.array(source),
    modules: z.array(snapshotModule).optional().describe('by name; absent when no source belongs to one'),
    software: z
      .strictObject({
        name: z.string().optional(),
        version: z.string(),
        commit: z.string().optional(),
        sha256: make.sha256('this object without this field'),
      })
      .optional()
      .describe('the software whose data it is'),
    follows: z.array(
      z.strictObject({
        id: snapshotId,
        manifestSha256: make.sha256('its record'),
        madeMs: z.int().describe('when it was made, after all that it followed itself, milliseconds since 1970'),
      }),
    ),
    manifestSha256: make.sha256('this record without this field'),
  })
  .meta({ title: 'Snapshot', description: 'The record of a snapshot.' });

export const snapshotList = z.strictObject({ snapshots: z.array(snapshot).describe('oldest first') });

export const committedManifests = z.strictObject({
  branch: z.string(),
  commit: z.string().optional().describe('absent when the branch had all of them'),
  paths: z.array(z.string()).describe('what was added: `TENANT/YEAR/ID.json`'),
});
