import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { BackupError, isBackupError } from '../errors.ts';
import { documentName, formOf, type JsonDocument } from '../records/json/documents.ts';
import { jsonRecords } from '../records/json/json-records.ts';
import type { PlaceReturned, PlaceRun } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { changedIn, returnRecords, type RecordsReturn } from './return-records.ts';
import type { LogReader } from './written-log.ts';

/** What going back behind a restore into JSON documents works with. */
export interface DocumentsReturn {
  readonly documents: readonly JsonDocument[];
  /** Has them as files. */
  readonly safety: SnapshotRecord;
  readonly log: LogReader;
}

/** Makes documents what they were: as files where nobody else has written since, else record by record. */
export async function returnDocuments(
  { documents, safety, log }: DocumentsReturn,
  run: PlaceRun,
): Promise<PlaceReturned> {
  const { repository, signal = new AbortController().signal } = run;
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-documents-'));
  try {
    await repository.restore({ snapshot: safety.id, to: folder, signal });
    const kept: string[] = [];
    for (const document of documents) {
      const saved = savedAt(document, { safety, folder });
      const way = { log, saved: jsonRecords({ documents: [saved] }).target, signal };
      if (await isOfOthers(document, way)) {
        const { target } = jsonRecords({ documents: [document] });
        kept.push(...(await returnRecords(target, way)).kept);
      } else await putFilesBack({ safety, path: resolve(document.path), include: await filesOf(saved.path) }, run);
    }
    return { kept };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where the safety snapshot's copy of a document is. */
function savedAt(
  document: JsonDocument,
  { safety, folder }: { readonly safety: SnapshotRecord; readonly folder: string },
): JsonDocument {
  const source = safety.sources.find(({ root }) => root === resolve(document.path));
  if (source === undefined)
    throw new BackupError('PATH_NOT_FOUND', `Expected ${document.path} in the safety snapshot ${safety.id}, got none`);
  return { ...document, module: documentName(document), path: join(folder, source.path) };
}

/** Whether somebody has written to it since. What is no document any more comes back as it was. */
async function isOfOthers(document: JsonDocument, way: RecordsReturn): Promise<boolean> {
  try {
    const current = jsonRecords({ documents: [document] }).target;
    for await (const { by } of changedIn(documentName(document), current, way)) if (by === 'others') return true;
    return false;
  } catch (error) {
    if (isBackupError(error, 'PATH_FAILED') || isBackupError(error, 'INVALID_RECORD')) return false;
    throw error;
  }
}

/** Of a folder, its documents alone. */
const filesOf = async (path: string): Promise<readonly string[] | undefined> =>
  (await formOf(path)) === 'folder' ? ['*.json'] : undefined;

/** What came back as files. */
export interface FilesBack {
  readonly safety: SnapshotRecord;
  /** Default: all that the safety snapshot has. */
  readonly path?: string | undefined;
  readonly include?: readonly string[] | undefined;
}

/** Puts the bytes of documents back. @throws {BackupError} `PATH_FAILED`. */
export async function putFilesBack(
  { safety, path, include }: FilesBack,
  { repository, signal }: PlaceRun,
): Promise<void> {
  const how = { inPlace: true, overwrite: 'always', delete: true } as const;
  const { status, problems } = await repository.restore({ snapshot: safety.id, path, include, ...how, signal });
  if (status === 'ok') return;
  throw new BackupError('PATH_FAILED', `Expected ${path ?? 'all documents'} to come back, got ${status}`, {
    details: problems.map((each) => `${each.path}: ${each.message}`),
  });
}
