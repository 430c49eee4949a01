import type { SnapshotRecord, SnapshotSource } from './record.ts';

/** What stays known of one source of a snapshot. */
export type SourceFacts = Pick<
  SnapshotSource,
  | 'kind'
  | 'module'
  | 'root'
  | 'rootBase64'
  | 'path'
  | 'pathBase64'
  | 'status'
  | 'problems'
  | 'files'
  | 'bytes'
  | 'absent'
  | 'unread'
  | 'treeSha256'
  | 'contentSha256'
>;

/** What stays known of a snapshot when it is forgotten, for at least 90 days. */
export interface SnapshotFacts extends Pick<
  SnapshotRecord,
  | 'id'
  | 'name'
  | 'note'
  | 'tenant'
  | 'kind'
  | 'trigger'
  | 'startedAt'
  | 'durationMs'
  | 'createdBy'
  | 'host'
  | 'status'
  | 'bytes'
  | 'compression'
  | 'tags'
  | 'parent'
  | 'modules'
  | 'software'
  | 'manifestSha256'
> {
  /** Milliseconds since 1970: after all that it follows, whatever the clocks said. */
  readonly madeMs: number;
  readonly sources: readonly SourceFacts[];
}

/** How a snapshot was checked: `restore` is a trial restore, the others are levels of `verify`. */
export interface SnapshotCheck {
  readonly level: 'quick' | 'structure' | 'sample' | 'full' | 'restore';
  /** ISO 8601. */
  readonly at: string;
  /** `damaged`: it can't be restored in full, or did not pass. */
  readonly status: 'ok' | 'damaged';
  /** The share of what was there that was read, 0 to 1. */
  readonly coverage: number;
}

/** A snapshot that was forgotten. */
export interface ForgottenSnapshot {
  readonly facts: SnapshotFacts;
  /** ISO 8601, by the clock of whoever forgot it. */
  readonly forgottenAt: string;
  /** As the machine knew that forgot it: at most one of each level, the newest first. */
  readonly checks: readonly SnapshotCheck[];
}

/** What stays known of a snapshot; pure. */
export function factsOf(record: SnapshotRecord, madeMs: number): SnapshotFacts {
  const { id, name, note, tenant, kind, trigger, startedAt, durationMs, createdBy, host, status, bytes } = record;
  const { compression, tags, parent, modules, software, manifestSha256 } = record;
  const sources = record.sources.map(
    ({ entries: _entries, catalog: _catalog, durationMs: _ms, error: _error, details: _details, ...source }) => source,
  );
  return {
    id,
    name,
    note,
    tenant,
    kind,
    trigger,
    startedAt,
    durationMs,
    createdBy,
    host,
    status,
    bytes,
    compression,
    tags,
    parent,
    modules,
    software,
    manifestSha256,
    madeMs,
    sources,
  };
}
