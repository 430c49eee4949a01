import { randomBytes } from 'node:crypto';

import type { RestoreResult } from '../repository/contract.ts';
import { monotonic, systemClock } from '../run/clock.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { checkAssets, sandboxPath } from './assets.ts';
import { type CheckOutcome, runCheck, skipped } from './check.ts';
import { checkChecksums } from './checksums.ts';
import type {
  RestoredCopy,
  RestoreValidation,
  ScratchCopy,
  ValidatedRepository,
  ValidateRestoreOptions,
  ValidationCheck,
} from './contract.ts';
import { checkIntegrity } from './integrity.ts';
import { reportOf } from './report.ts';
import { demandRoom, makeSandbox } from './sandbox.ts';
import { checkSources } from './sources.ts';

/**
 * Restores a snapshot to a folder that is thrown away, and checks what came back: that all did, the SHA-256 of every file, dumps by their own
 * formats, databases and other sources by restoring them to places that `restoreInto` names, paths that have to be there, and whatever a validator of your own looks at. The folder and the
 * databases are gone in the end, also when the call is ended. The repository remembers on this machine that the snapshot was checked.
 *
 * @throws {BackupError} `SNAPSHOT_NOT_FOUND` and the like; `PATH_NOT_FOUND`; `SANDBOX_FULL` before anything is written; `PATH_FAILED`;
 * `ABORTED`. What is wrong with the copy is in the result.
 *
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { openRepository } from '@x/backup-store';
 * import { scratchPostgres } from '@x/backup-store/postgres';
 * import { validateRestore } from '@x/backup-store/validate';
 *
 * await using repository = await openRepository({ store: '/backups', unlock: { keyFile: '/etc/holdfast/key' } });
 * const { status, report } = await validateRestore(repository, {
 *   snapshot: 'latest',
 *   restoreInto: { postgres: scratchPostgres({ url: 'postgres://admin@test-db/postgres' }) },
 *   assets: async ({ copies }) => (await copies[0]?.values?.('rooms.photo'))?.map((path) => `srv/uploads/${path}`) ?? [],
 *   validator: async ({ pathOf }) => void JSON.parse(await readFile(pathOf('/srv/app/settings.json'), 'utf8')),
 * });
 * if (status === 'failed') console.error(report);
 * ```
 */
export async function validateRestore(
  repository: ValidatedRepository,
  options: ValidateRestoreOptions,
): Promise<RestoreValidation> {
  const started = monotonic();
  const timestamp = new Date((options.clock ?? systemClock)()).toISOString();
  const filter = options.tenant === undefined ? options.filter : { ...options.filter, tenant: options.tenant };
  const snapshot = await repository.snapshot(options.snapshot, filter);
  const checks = await checkCopy(repository, snapshot, options);
  const failed = checks.some(({ status }) => status === 'failed');
  const facts = {
    id: randomBytes(16).toString('hex'),
    tenantId: snapshot.tenant.id,
    tenant: snapshot.tenant.name,
    backupId: snapshot.id,
    timestamp,
    duration_ms: Math.round(monotonic() - started),
    status: failed ? 'failed' : 'passed',
    checks,
  } as const;
  // A part says nothing of the rest.
  if (options.path === undefined) {
    const check = { level: 'restore', at: timestamp, status: failed ? 'damaged' : 'ok', coverage: 1 } as const;
    await repository.recordCheck(snapshot.id, check);
  }
  return { ...facts, report: reportOf(facts) };
}

/** Makes a copy and checks it. All that was made is thrown away again. */
async function checkCopy(
  repository: ValidatedRepository,
  snapshot: SnapshotRecord,
  options: ValidateRestoreOptions,
): Promise<ValidationCheck[]> {
  await using sandbox = await makeSandbox(options.sandbox);
  const copies: ScratchCopy[] = [];
  try {
    return await runChecks(repository, { snapshot, options, to: sandbox.folder, copies });
  } finally {
    for (const copy of copies) await copy[Symbol.asyncDispose]();
  }
}

interface CheckedCopy {
  readonly snapshot: SnapshotRecord;
  readonly options: ValidateRestoreOptions;
  readonly to: string;
  readonly copies: ScratchCopy[];
}

async function runChecks(
  repository: ValidatedRepository,
  { snapshot, options, to, copies }: CheckedCopy,
): Promise<ValidationCheck[]> {
  const { path, signal, validator, restoreInto = {} } = options;
  const wanted = { snapshot: snapshot.id, path, to, signal };
  await demandRoom(to, (await repository.planRestore(wanted)).bytes);
  const restoring = await runCheck('restore', async () =>
    restored(await repository.restore({ ...wanted, trial: true, onProgress: options.onProgress })),
  );
  const pathOf = (at: string): string => sandboxPath(to, snapshot, at);
  const copy: RestoredCopy = { sandbox: to, snapshot, copies, pathOf, signal };
  const keep = (each: ScratchCopy): void => void copies.push(each);
  return [
    restoring,
    await runCheck('checksums', async () => await checkChecksums(repository, wanted)),
    await runCheck('integrity', async () => await checkIntegrity(copy)),
    ...(await checkSources({ repository, snapshot, path, sandbox: to, restoreInto, signal, keep })),
    await runCheck('assets', async () => await checkAssets(copy, options.assets)),
    await runCheck('validator', async () => {
      if (validator === undefined) return skipped('none was given');
      return { checked: 1, problems: [], detail: (await validator(copy)) ?? 'it found nothing wrong' };
    }),
  ];
}

function restored({ filesWritten, bytesWritten, problems }: RestoreResult): CheckOutcome {
  return { checked: filesWritten, problems, detail: `files: ${filesWritten}, bytes: ${bytesWritten}` };
}
