import { BackupError } from '../errors.ts';
import type { PlaceRepository } from '../repository/contract.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';

/** Roles and tablespaces are the whole server's. */
const GLOBALS = /(?:^|\/)globals\.sql$/;

/** The path of the one dump of this kind in a safety snapshot. @throws {BackupError} `PATH_NOT_FOUND`. */
export async function safetyDump(
  repository: Pick<PlaceRepository, 'entries'>,
  { id, sources }: SnapshotRecord,
  kind: string,
): Promise<string> {
  for (const source of sources) {
    if (source.kind !== kind) continue;
    for await (const entry of repository.entries(id, { path: source.path }))
      if (entry.kind === 'file' && !GLOBALS.test(entry.path)) return entry.path;
  }
  throw new BackupError('PATH_NOT_FOUND', `Expected a dump of ${kind} in the safety snapshot ${id}, got none`);
}
