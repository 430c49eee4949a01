import { rm, stat } from 'node:fs/promises';
import type { ChainState } from '@x/integrity';
import type { AuditHead } from '../audit/audit-head.ts';
import type { AuditWriter } from '../audit/audit-writer.ts';
import { chainAfter } from '../audit/chain-after.ts';
import { CUT_EVENT, cutDetails, type RemovedFile } from '../audit/cut-record.ts';
import { cutOf, headerOf, saveCut, segmentsOf, statePath } from '../audit/segments.ts';
import { LogError } from '../errors.ts';
import { firstNumber, type LogFile, listFiles } from '../files/log-file.ts';
import { digestOf, indexPath } from '../search/file-index.ts';
import type { CleanPlan } from './clean-plan.ts';

/** Makes the record that says what was removed, without its place. */
export type CutRecord = (name: string, details: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;

/**
 * Removes what a plan says. Of the audit log, a record says first what was removed, with the digests of the files and of the chain before the first record
 * that is kept: then it can still be verified.
 *
 * @throws {LogError} `AUDIT_DAMAGED` where the log is not whole: what is evidence of that is not removed.
 */
export async function applyClean(
  directory: string,
  plan: CleanPlan,
  audit: { readonly writer: AuditWriter; readonly record: CutRecord },
): Promise<void> {
  for (const stream of ['structured', 'performance'] as const) {
    const ids = new Set(plan.remove.filter((each) => each.stream === stream).map(({ file }) => file));
    for (const file of await listFiles(directory, stream)) if (ids.has(file.id)) await removeFile(file);
  }
  const ids = new Set(plan.remove.filter(({ stream }) => stream === 'audit').map(({ file }) => file));
  await audit.writer.exclusively(async (head) => {
    await finishCut(directory);
    if (ids.size > 0) await cutAudit(directory, ids, { ...audit, head });
  });
}

async function removeFile(file: LogFile): Promise<void> {
  for (const path of [file.path, indexPath(file)]) await rm(path, { force: true });
}

/** Removes what an earlier run has announced, and could not remove. */
async function finishCut(directory: string): Promise<void> {
  const cut = await cutOf(directory);
  if (cut === undefined) return;
  for (const file of await segmentsOf(directory)) {
    if (firstNumber(file) >= cut.state.size) continue;
    await removeFile(file);
    await rm(statePath(file), { force: true });
  }
}

async function cutAudit(
  directory: string,
  ids: ReadonlySet<string>,
  { writer, record, head }: { readonly writer: AuditWriter; readonly record: CutRecord; readonly head: AuditHead },
): Promise<void> {
  const files = await segmentsOf(directory);
  const gone = files.filter(({ id }) => ids.has(id));
  const next = files[gone.length];
  if (next === undefined || gone.some((file, index) => files[index] !== file)) {
    throw new LogError('AUDIT_DAMAGED', 'Expected to remove the beginning of the audit log, got files from its middle');
  }
  const state = await stateBefore(directory, gone, next);
  const removed: RemovedFile[] = [];
  for (const { path, id } of gone) {
    removed.push({ file: id, bytes: (await stat(path)).size, sha256: await digestOf(path) });
  }
  await writer.write(head, [record(CUT_EVENT, cutDetails(state, removed))]);
  await saveCut(directory, state);
  await finishCut(directory);
}

/** The chain before a segment, from all that is removed: damage is not removed unseen. */
async function stateBefore(directory: string, gone: readonly LogFile[], next: LogFile): Promise<ChainState> {
  const header = await headerOf(next);
  if (header === undefined)
    throw new LogError('AUDIT_DAMAGED', `Expected a header in ${next.path}, got something else`);
  const chain = await chainAfter(directory, gone, { origin: header.origin, size: header.first });
  if (!Buffer.from(chain.link).equals(Buffer.from(header.previous))) {
    throw new LogError('AUDIT_DAMAGED', `Expected ${next.path} to follow the records before it, got another link`);
  }
  return chain.state();
}
