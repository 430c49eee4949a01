import type { FinishedCatalog } from '../catalog/catalog-writer.ts';
import type { SnapshotSource } from '../snapshots/record.ts';
import type { BackupSource, SourceDetails } from '../source/contract.ts';
import type { Problems } from './problems.ts';
import { streamRoot } from './stream-sources.ts';
import { treeDigests } from './tree-digests.ts';

/** Characters of an error that a record keeps. */
const MAX_MESSAGE = 1000;

/** What the snapshot says of a source that is no file or folder. */
export function streamRecord(
  source: BackupSource,
  run: {
    readonly finished: FinishedCatalog;
    readonly totals: { readonly entries: number; readonly files: number; readonly bytes: number };
    readonly problems: Problems;
    readonly details: SourceDetails | undefined;
    /** It was only checked. */
    readonly unread: boolean;
    readonly durationMs: number;
  },
): SnapshotSource {
  const { finished, totals, problems, details } = run;
  return {
    kind: source.kind,
    root: streamRoot(source),
    path: source.name,
    ...totals,
    ...treeDigests(finished, !run.unread && !(problems.count > 0 && totals.files === 0)),
    ...(run.unread ? { unread: true } : {}),
    durationMs: Math.round(run.durationMs),
    ...(details === undefined ? {} : { details }),
    ...withProblems(problems, totals.files),
  };
}

/** How much of a source is there, and what was wrong first. */
export function withProblems(
  { count, list }: Problems,
  files: number,
): Pick<SnapshotSource, 'status' | 'problems' | 'error'> {
  const [first] = list;
  if (first === undefined) return { status: 'ok', problems: 0 };
  const { code, message } = first;
  return {
    status: files === 0 ? 'failed' : 'partial',
    problems: count,
    error: { code, message: message.slice(0, MAX_MESSAGE) },
  };
}
