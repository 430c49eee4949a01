import type { FinishedCatalog } from '../catalog/catalog-writer.ts';
import type { SnapshotSource } from '../snapshots/record.ts';
import type { BackupSource, SourceDetails } from '../source/contract.ts';
import type { Problems } from './problems.ts';
import { streamRoot } from './stream-sources.ts';

/** Characters of an error that a record keeps. */
const MAX_MESSAGE = 1000;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

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
    catalog: { sha256: hex(finished.top.sha256), length: finished.top.length, height: finished.top.height },
    treeSha256: hex(finished.treeSha256),
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
