import { z } from 'zod';
import { durationMs, kind, make, pathBase64, problem, snapshotId, status } from './parts.ts';
import { contentReport, snapshot, source } from './snapshot.ts';

export const backupRun = z.strictObject({
  status,
  dryRun: z.boolean(),
  snapshot: snapshot.optional().describe('absent with `--dry-run`'),
  parent: snapshotId.optional().describe('the snapshot it was compared with'),
  counts: z.strictObject({
    filesNew: make.count('new files'),
    filesChanged: make.count('changed files'),
    filesUnchanged: make.count('unchanged files'),
    entriesRemoved: make.count('entries of the parent that are gone'),
    directories: make.count('folders'),
    others: make.count('symlinks, sockets, devices'),
    bytesTotal: make.bytes('all content'),
    bytesRead: make.bytes('content of new and changed files'),
    bytesNew: make.bytes('content not stored before'),
    bytesStored: make.bytes('written to the repository'),
  }),
  compression: z.strictObject({
    profile: z.enum(['none', 'fast', 'balanced', 'maximum', 'auto']),
    reason: z
      .enum(['asked', 'urgent', 'scheduled', 'archive', 'default'])
      .describe('`urgent`: somebody waits for a backup of this kind; `scheduled`: nobody does'),
  }),
  sources: z.array(source).describe('what became of each source, in the order of the snapshot'),
  problems: z.array(problem),
  contents: z.array(contentReport).describe('what compressing came to with what was new, most first'),
  durationMs,
});

const action = z.strictObject({
  action: z.enum(['create', 'overwrite', 'keep', 'metadata', 'delete', 'note']),
  path: z.string().describe('target path'),
  pathBase64,
  kind,
  size: make.bytes('content'),
  reason: z.string().optional().describe('why, for `keep`, `note`, and a file that was left unfinished'),
});

const restorePlan = z.strictObject({
  snapshot: snapshotId,
  target: z.string().describe('absolute folder, `/` for a restore in place'),
  overwrite: z.enum(['never', 'if-newer', 'if-changed', 'always']),
  actions: z.array(action).describe('in order of paths'),
  counts: z.strictObject({
    create: make.count('to create'),
    overwrite: make.count('to overwrite'),
    keep: make.count('to leave alone'),
    metadata: make.count('to get mode, owner or time only'),
    delete: make.count('to delete'),
    note: make.count('not restored, noted only'),
  }),
  bytes: make.bytes('content to write'),
  bytesFetched: make.bytes('to read from the repository'),
  requests: make.count('requests to the repository'),
});

const rollback = z.strictObject({
  status: z.enum(['ok', 'partial', 'failed']),
  filesWritten: make.count('files written'),
  entriesDeleted: make.count('entries deleted'),
  problems: z.array(problem),
  kept: z
    .array(z.string())
    .optional()
    .describe('of a place: what others have written since, and what was left as it is'),
});

export const rollbackRun = z.strictObject({
  unfinished: z
    .array(
      z.strictObject({
        id: z.string().describe('for `backup rollback`'),
        tenant: z.string(),
        snapshot: snapshotId,
        path: z.string().optional(),
        safetySnapshot: snapshotId.optional(),
        startedAt: make.iso('start'),
        step: z.enum(['safety-backup', 'restore', 'validate', 'start', 'roll-back']),
        roots: z
          .array(z.string())
          .describe('paths that were backed up, in which it changes something; none with `into`'),
        into: z
          .strictObject({
            name: z.string().describe('without secrets'),
            address: z
              .string()
              .optional()
              .describe('URL that it was named by; before one of records stands `records+`'),
          })
          .optional()
          .describe('the database or the documents that it writes into'),
      }),
    )
    .describe('restores over what was there that were not finished'),
  rollback: rollback
    .extend({ into: z.string().optional().describe('the database or the documents that were gone back in') })
    .optional()
    .describe('absent without an id'),
});

const into = z.strictObject({
  plan: z.strictObject({
    snapshot: snapshotId,
    path: z.string().describe('of the dump in the snapshot'),
    bytes: make.bytes('the dump'),
    kind: z.enum(['postgres', 'mysql', 'redis']),
    target: z.string().describe('URL, without parameters and secrets'),
    database: z.string().optional().describe('absent for `redis`'),
    server: z.string().describe('version of the server'),
    action: z
      .enum(['create', 'fill', 'replace'])
      .describe('`create`: the database is made; `fill`: it is there and empty; `replace`: what is there is replaced'),
    items: make.count('tables, views and sequences, or keys, that were there'),
  }),
  result: z
    .strictObject({ bytes: make.bytes('the dump that was restored') })
    .optional()
    .describe('absent with `--dry-run`'),
});

const recordCounts = {
  added: make.count('records that are put and are not there'),
  replaced: make.count('records that are put over what is there'),
  deleted: make.count('records to delete'),
  kept: make.count('records that stay as they are'),
  skipped: make.count('records of the backup that are not brought back'),
  erased: make.count('of these, records that were erased for good'),
  conflicts: make.count('records on which both sides have something to say'),
};

const updatedAt = z.number().int().optional().describe('milliseconds since 1970');

const recordPlan = z.strictObject({
  mode: z.enum(['full', 'selective', 'merge']),
  ways: z.union([z.literal(2), z.literal(3)]),
  ...recordCounts,
  modules: z.array(
    z.strictObject({
      module: z.string(),
      ...recordCounts,
      reasons: z.record(z.string(), z.number().int()),
      schemaChanges: z.array(
        z.strictObject({
          module: z.string(),
          column: z.string(),
          change: z.enum(['added', 'removed', 'type']),
          before: z.string().optional(),
          now: z.string().optional(),
        }),
      ),
    }),
  ),
  conflictList: z.array(
    z.strictObject({
      module: z.string(),
      id: z.string(),
      action: z.enum(['keep', 'put', 'delete', 'skip']),
      reason: z.string(),
      backupUpdatedAt: updatedAt,
      currentUpdatedAt: updatedAt,
      deletedAt: updatedAt,
    }),
  ),
  fingerprint: z.string().describe('stands for all changes and what they replace'),
});

const recordRun = z.strictObject({
  snapshot: snapshotId,
  basis: z.strictObject({
    ways: z.union([z.literal(2), z.literal(3)]),
    base: snapshotId.optional(),
    reason: z.string(),
  }),
  deletionsFrom: snapshotId.optional().describe('the snapshot whose deletions count'),
  plan: recordPlan,
  changes: make.count('changes that were done').optional(),
});

export const restoreRun = z.strictObject({
  status,
  dryRun: z.boolean(),
  into: into.optional().describe('with `--into`, in place of `plan` and `result`'),
  plan: restorePlan.optional().describe('with `--dry-run` and `--in-place`'),
  records: recordRun.optional().describe('with `--mode`'),
  safetySnapshot: snapshotId.optional().describe('made of what a restore in place or into a database replaces'),
  validation: z
    .strictObject({
      status: z.enum(['passed', 'failed', 'skipped']),
      checked: make.count('files, tables, keys or records that were compared'),
      problems: z.array(problem),
    })
    .optional()
    .describe('of a restore in place, or into a database that is guarded'),
  rollback: rollback.optional().describe('when the validation failed: what was made as it was before'),
  result: z
    .strictObject({
      status,
      snapshot: snapshotId,
      target: z.string(),
      filesWritten: make.count('files written'),
      entriesKept: make.count('entries left alone'),
      entriesDeleted: make.count('entries deleted'),
      bytesWritten: make.bytes('content written'),
      bytesFetched: make.bytes('read from the repository'),
      problems: z.array(problem),
      durationMs,
    })
    .optional()
    .describe('absent with `--dry-run` and `--into`'),
  sqlite: z
    .strictObject({
      kind: z.literal('sqlite'),
      target: z.string().describe('links followed'),
      path: z.string().describe('in the snapshot'),
      bytes: make.bytes('of the database'),
      replaced: z.boolean().describe('whether one was there before'),
      recovered: z.enum(['none', 'old', 'new']).describe('how an earlier restore that had been killed was ended first'),
    })
    .optional()
    .describe('with `--into sqlite:…`, in place of `into`'),
  tables: z
    .strictObject({
      plan: z.strictObject({
        snapshot: z.string(),
        path: z.string().describe('of the dump, in the snapshot'),
        kind: z.enum(['postgres', 'mysql', 'sqlite']),
        target: z.string().describe('where to, without secrets'),
        tables: z.array(z.string()).describe('names and patterns as they were given'),
      }),
      result: z
        .strictObject({
          tables: make.count('tables restored'),
          replaced: make.count('of them, those that were there before'),
          bytes: make.bytes('of the dump'),
        })
        .optional()
        .describe('absent with `--dry-run`'),
    })
    .optional()
    .describe('with `--table`, in place of `into` and `sqlite`'),
});

export const verifyReport = z.strictObject({
  status: status.describe('`failed`: findings that lose data; `partial`: findings that do not'),
  level: z.enum(['quick', 'structure', 'sample', 'full']),
  findings: z.array(
    z.strictObject({
      code: z
        .enum(['missing', 'damaged', 'truncated', 'invalid', 'redundancy', 'unindexed'])
        .describe('`redundancy`: damage to something that is stored elsewhere, too; `unindexed`: a pack nobody uses'),
      object: z.string().describe('the stored object'),
      message: z.string(),
      hint: z.string().describe('what to do about it'),
      snapshots: z.array(z.string()).describe('ids of snapshots that cannot be restored in full because of it'),
      paths: z.array(z.string()).describe('some of the paths concerned, at most 20'),
    }),
  ),
  objects: make.count('objects checked'),
  packs: make.count('packs that the index names'),
  blobs: make.count('blobs'),
  snapshots: make.count('snapshots'),
  bytesStored: make.bytes('stored'),
  bytesChecked: make.bytes('whose content was checked'),
  coverage: z.number().min(0).max(1).describe('bytesChecked / bytesStored: the share that this run has read'),
  packsRead: make.count('packs that this run has read in full'),
  packsUnchecked: make.count('packs that this machine has never, in no run, read in full and found well'),
  oldestCheckedAt: make
    .iso('when the pack that was not checked for longest was found well; absent when none has been')
    .optional(),
  durationMs,
});
