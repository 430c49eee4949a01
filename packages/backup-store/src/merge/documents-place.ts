import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { BackupError } from '../errors.ts';
import type { JsonDocument } from '../records/json/documents.ts';
import { isUnfinished } from '../records/json/write-documents.ts';
import type { RestorePlace } from '../repository/contract.ts';
import { putFilesBack, returnDocuments } from './return-documents.ts';
import { LogReader } from './written-log.ts';

/** Options of {@link documentsPlace}. */
export interface DocumentsPlaceOptions {
  readonly documents: readonly JsonDocument[];
  readonly address?: string | undefined;
}

/**
 * JSON documents that records are restored into, for `Repository.restoreInto` and `Repository.rollBack`. They are saved, and come back, as files:
 * byte for byte as they were. In those that others have written to since, records come back one by one, and what others have written stays.
 */
export function documentsPlace({ documents, address }: DocumentsPlaceOptions): RestorePlace {
  const paths = documents.map(({ path }) => path);
  return {
    name: `file:${paths.join(',')}`,
    address,
    current: { paths },
    look: async () => await Promise.resolve({ state: {}, isEmpty: false }),
    goBack: async ({ safety, state }, run) => {
      if (safety === undefined) throw new BackupError('SNAPSHOT_NOT_FOUND', 'Expected a safety snapshot, got none');
      for (const path of paths) await removeUnfinished(path);
      const { isNoted } = state as { readonly isNoted?: boolean };
      const log = isNoted === true ? await LogReader.open(run.notes) : undefined;
      // It was killed before the first document could be replaced.
      if (isNoted === true && log === undefined) return;
      if (log === undefined) return await putFilesBack({ safety }, run);
      return await returnDocuments({ documents, safety, log }, run);
    },
  };
}

/** What a killed restore has written beside a document, and not put in its place. */
async function removeUnfinished(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder).catch(() => []))
    if (isUnfinished(name, basename(path))) await rm(join(folder, name), { force: true });
}
