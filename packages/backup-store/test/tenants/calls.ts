import { join } from 'node:path';
import { exportFile, exportZip } from '../../src/archive/index.ts';
import {
  diffRecords,
  exportRecords,
  planRecordRestore,
  prepareRecordRestore,
  snapshotRecords,
} from '../../src/merge/index.ts';
import { diffMysql, restoreMysql } from '../../src/mysql/index.ts';
import { diffPostgres, restorePostgres, restorePostgresTables } from '../../src/postgres/index.ts';
import { listModules, readRecords, readRecordStates } from '../../src/records/index.ts';
import { restoreRedis } from '../../src/redis/index.ts';
import type { IntoPlace, IntoRun, TenantHandle } from '../../src/repository/contract.ts';
import { diffSqlite, restoreSqlite, restoreSqliteTables } from '../../src/sqlite/index.ts';
import { validateRestore } from '../../src/validate/index.ts';
import { MemoryTarget } from '../merge/memory-target.ts';
import { listOf, type Place } from '../fixtures/place.ts';

/** What a tenant's handle does with a reference to a snapshot. */
export type Call = (handle: TenantHandle, reference: string) => Promise<unknown>;

/** A restore into nothing, that notes what it was asked to do. */
export const noting = (folder: string, calls: string[], read?: (run: IntoRun) => Promise<void>): IntoPlace<string> => ({
  place: {
    name: 'nothing',
    current: { paths: [folder] },
    look: async () => await Promise.resolve({ state: null, isEmpty: false }),
    goBack: async ({ safety }) => {
      await Promise.resolve();
      calls.push(`back to ${safety?.tenant.name}`);
    },
  },
  restore: async (run) => {
    calls.push('restore');
    await read?.(run);
    return 'done';
  },
});

/** All calls that name a snapshot: those of handles by their names, and functions of all faces by theirs. */
export function callsOf(place: Place, ownOfB: () => string): Readonly<Record<string, Call>> {
  const path = join(place.source, 'secret');
  const to = join(place.folder, 'out of b');
  const check = { level: 'restore', at: new Date(0).toISOString(), status: 'ok', coverage: 1 } as const;
  const records = { source: 'records', module: 'guests' };
  const signal = new AbortController().signal;
  // Nobody is asked: the snapshot is looked for first.
  const nowhere = { host: '127.0.0.1', port: 1 };
  const database = join(place.folder, 'b.db');
  return {
    snapshot: async (handle, reference) => await handle.snapshot(reference),
    entries: async (handle, reference) => await listOf(handle.entries(reference)),
    read: async (handle, reference) => await listOf(handle.read(reference, { path })),
    contents: async (handle, reference) => await listOf(handle.contents(reference)),
    find: async (handle, reference) => await listOf(handle.find({ glob: '*', snapshot: reference })),
    diff: async (handle, reference) => await listOf(handle.diff(reference, ownOfB())),
    'diff to': async (handle, reference) => await listOf(handle.diff(ownOfB(), reference)),
    diffLive: async (handle, reference) => await listOf(handle.diffLive(reference, { to: place.folder })),
    planRestore: async (handle, reference) => await handle.planRestore({ snapshot: reference, to }),
    restore: async (handle, reference) => await handle.restore({ snapshot: reference, to }),
    restoreSafely: async (handle, reference) =>
      await handle.restoreSafely({ snapshot: reference, overwrite: 'always' }),
    restoreInto: async (handle, reference) =>
      await handle.restoreInto({ snapshot: reference, ...noting(place.source, []) }),
    verify: async (handle, reference) => await handle.verify({ snapshot: reference }),
    recordCheck: async (handle, reference) => await handle.recordCheck(reference, check),
    forget: async (handle, reference) => await handle.forget({ snapshots: [reference] }),
    backup: async (handle, reference) => await handle.backup({ paths: [place.source], since: reference }),
    exportZip: async (repository, snapshot) =>
      await exportZip({ repository, snapshot, to: join(place.folder, 'b.zip') }),
    exportFile: async (repository, snapshot) =>
      await exportFile({ repository, snapshot, path, to: join(place.folder, 'b') }),
    validateRestore: async (handle, snapshot) => await validateRestore(handle, { snapshot, sandbox: place.folder }),
    listModules: async (handle, reference) => await listModules(handle, reference),
    readRecords: async (handle, reference) => await listOf(readRecords(handle, reference, records)),
    readRecordStates: async (handle, reference) => await listOf(readRecordStates(handle, reference, records)),
    exportRecords: async (handle, snapshot) => await listOf(exportRecords(handle, { snapshot })),
    snapshotRecords: async (handle, snapshot) =>
      await snapshotRecords(handle, { snapshot, source: 'records' }).modules({ signal }),
    planRecordRestore: async (handle, snapshot) => {
      const backup = snapshotRecords(handle, { snapshot, source: 'records' });
      return await planRecordRestore({ mode: 'full', backup, target: new MemoryTarget({ guests: [] }) });
    },
    prepareRecordRestore: async (handle, snapshot) =>
      await prepareRecordRestore(handle, { snapshot, mode: 'full', target: new MemoryTarget({}) }),
    restorePostgres: async (repository, snapshot) =>
      await restorePostgres({ ...nowhere, repository, snapshot, path, database: 'b' }),
    restoreMysql: async (repository, snapshot) =>
      await restoreMysql({ ...nowhere, repository, snapshot, path, database: 'b' }),
    restoreRedis: async (repository, snapshot) => await restoreRedis({ ...nowhere, repository, snapshot, path }),
    restoreSqlite: async (handle, reference) =>
      await restoreSqlite({ to: database, read: handle.read(reference, { path }) }),
    restoreSqliteTables: async (handle, reference) =>
      await restoreSqliteTables({
        to: database,
        read: handle.read(reference, { path }),
        tables: ['guests'],
      }),
    diffRecords: async (repository, snapshot) =>
      await listOf(diffRecords({ repository, snapshot, live: new MemoryTarget({}) })),
    diffPostgres: async (repository, snapshot) =>
      await listOf(diffPostgres({ repository, snapshot, path, live: nowhere })),
    diffMysql: async (repository, snapshot) => await listOf(diffMysql({ repository, snapshot, path, live: nowhere })),
    diffSqlite: async (repository, snapshot) =>
      await listOf(diffSqlite({ repository, snapshot, path, live: database })),
    restorePostgresTables: async (repository, snapshot) =>
      await restorePostgresTables({ ...nowhere, repository, snapshot, path, database: 'b', tables: ['guests'] }),
  };
}

/** Calls of handles that name no snapshot; what they give is looked at one by one. */
export const LISTS: readonly (keyof TenantHandle)[] = [
  'snapshots',
  'timeline',
  'catalog',
  'damaged',
  'planPrune',
  'prune',
  'stats',
  'unfinishedRestores',
  'rollBack',
];

/** Functions of all faces that are given no snapshot of a repository, and why. */
export const NO_SNAPSHOT: Readonly<Record<string, string>> = {
  createRepository: 'makes one',
  openRepository: 'needs the keys',
  verifyErasure: 'a certificate',
  isBackupError: 'an error',
  BackupError: 'an error',
  matchGlob: 'a pattern',
  retentionItem: 'facts that the caller has',
  analyze: 'files',
  checkedDump: 'a stream',
  verifyDump: 'a file',
  gzipped: 'a stream',
  importZip: 'an archive',
  verifyZip: 'an archive',
  readIdentityFile: 'a file',
  defaultCacheDirectory: 'the name of a folder',
  commandOutput: 'a program',
  commandSource: 'a program',
  dockerExec: 'a program',
  local: 'a program',
  ssh: 'a program',
  runCommand: 'a program',
  withHooks: 'a source',
  noteService: 'a service of this machine',
  stoppedServices: 'services of this machine',
  startServices: 'services of this machine',
  mergeRecords: 'records that the caller has',
  restoreRecords: 'the sides that planRecordRestore is given',
  writeRecordFiles: 'records that the caller has',
  recordLines: 'records that the caller has',
  recordsSourceOf: 'a record that the caller has',
  inspectMysql: 'a server',
  mysqlSource: 'a source',
  inspectPostgres: 'a server',
  psqlClient: 'a server',
  postgresSource: 'a source',
  scratchPostgres: 'what validateRestore hands to it',
  documentsPlace: 'what rollBack hands to it',
  intoRecords: 'what restoreInto hands to it',
  recordsPlace: 'what rollBack hands to it',
  scratchRecords: 'what validateRestore hands to it',
  WrittenRecords: 'records that the caller has',
  intoPostgres: 'what restoreInto hands to it',
  intoPostgresTables: 'what restoreInto hands to it',
  postgresPlace: 'what rollBack hands to it',
  scratchSqlite: 'what validateRestore hands to it',
  intoSqliteTables: 'what restoreInto hands to it',
  sqliteTablesPlace: 'what rollBack hands to it',
  intoMysql: 'what restoreInto hands to it',
  mysqlPlace: 'what rollBack hands to it',
  scratchMysql: 'what validateRestore hands to it',
  intoRedis: 'what restoreInto hands to it',
  redisPlace: 'what rollBack hands to it',
  scratchRedis: 'what validateRestore hands to it',
  inspectRedis: 'a server',
  redisSource: 'a source',
  recordsSource: 'a source',
  sqliteRecords: 'a source',
  postgresRecords: 'a source',
  jsonRecords: 'a source',
  recoverSqliteRestore: 'a file',
  sqliteSource: 'a source',
  openStructure: 'versions of a tenant of its own, whose tests are in structure/',
  diffInventories: 'inventories that the caller has',
  compareVersions: 'inventories that the caller has',
  planStructureVersion: 'inventories that the caller has',
  majorVersionOf: 'a record that the caller has',
  takeInventory: 'files',
};
