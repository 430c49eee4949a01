import { codeOf } from '../errors.ts';
import { diffLive } from '../live/diff-live.ts';
import type { EntryProblem, RestoreCheck, RestoreResult, SafeRestoreOptions } from '../repository/contract.ts';
import type { RunContext } from '../run/context.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import type { Change } from './changes.ts';

const MAX_PROBLEMS = 100;

/** What is validated. */
export interface RestoredInPlace {
  readonly from: TenantSnapshot;
  readonly result: RestoreResult;
  readonly changes: readonly Change[];
}

/** Reads what was written, compares it with the snapshot, and calls the user's own validation. */
export async function validateInPlace(
  context: RunContext,
  restored: RestoredInPlace,
  options: SafeRestoreOptions,
): Promise<RestoreCheck> {
  const { validate } = options;
  if (validate === false) return { status: 'skipped', checked: 0, problems: [] };
  const problems: EntryProblem[] = failuresOf(restored.result);
  let checked = 0;
  try {
    checked = await compare(context, restored, { options, problems });
    await validate?.(restored.result);
  } catch (error) {
    if (codeOf(error) === 'ABORTED') throw error;
    problems.push({ path: '', code: codeOf(error), message: error instanceof Error ? error.message : String(error) });
  }
  return { status: problems.length === 0 ? 'passed' : 'failed', checked, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** A checkpoint says itself what it has no content of, and leaves that alone. */
function failuresOf({ problems }: RestoreResult): EntryProblem[] {
  return problems.filter(({ code }) => code !== 'CONTENT_ABSENT');
}

async function compare(
  context: RunContext,
  { from, changes }: RestoredInPlace,
  { options, problems }: { readonly options: SafeRestoreOptions; readonly problems: EntryProblem[] },
): Promise<number> {
  const written = new Set(changes.map(({ path }) => path));
  const { signal, path, to } = options;
  const paths = options.paths ?? (path === undefined ? undefined : [path]);
  const only = (bytes: Uint8Array): boolean => written.has(Buffer.from(bytes).toString('latin1'));
  const differences = diffLive(context, from, {
    content: 'always',
    to,
    paths,
    signal,
    only,
    onProblem: (each) => problems.push(each),
  });
  for await (const { change, path: at, before } of differences) {
    const isRestored = before !== undefined && ['file', 'directory', 'symlink'].includes(before.kind);
    if (!isRestored || before.absent === true || change === 'added' || change === 'metadata') continue;
    problems.push({ path: at, code: 'CHECKSUM_MISMATCH', message: 'It is not what the snapshot has' });
  }
  return written.size;
}
