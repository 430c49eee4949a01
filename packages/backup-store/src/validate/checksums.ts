import type { EntryProblem } from '../repository/contract.ts';
import type { CheckOutcome } from './check.ts';
import type { ValidatedRepository } from './contract.ts';

const RESTORED: ReadonlySet<string> = new Set(['file', 'directory', 'symlink']);

/** Reads every restored file, and compares it with the SHA-256 of its pieces in the catalog. */
export async function checkChecksums(
  repository: ValidatedRepository,
  {
    snapshot,
    to,
    path,
    signal,
  }: { snapshot: string; to: string; path: string | undefined; signal: AbortSignal | undefined },
): Promise<CheckOutcome> {
  const problems: EntryProblem[] = [];
  let checked = 0;
  const differences = repository.diffLive(snapshot, {
    to,
    paths: path === undefined ? undefined : [path],
    content: 'always',
    onProblem: (problem) => problems.push(problem),
    onProgress: ({ filesDone }) => {
      checked = filesDone;
    },
    signal,
  });
  for await (const { change, path: at, before } of differences) {
    // Owners and times are not everybody's to set; what is there besides is of another source.
    if (change === 'metadata' || change === 'added') continue;
    // Sockets and devices are noted and not restored; of a checkpoint's files the restore has told.
    if (before === undefined || !RESTORED.has(before.kind) || before.absent === true) continue;
    const what = change === 'removed' ? 'was not restored' : 'is not what was backed up';
    problems.push({ path: at, code: 'CHECKSUM_MISMATCH', message: `It ${what}` });
  }
  return {
    checked,
    problems,
    detail: `entries compared with the catalog: ${checked}, files by the SHA-256 of their content`,
  };
}
