import type { ContentReport } from '../codec/content-report.ts';
import { FORMAT_VERSION } from '../envelope/header.ts';
import type { BackupOptions } from '../repository/contract.ts';
import type { OpenTenant, RunContext } from '../run/context.ts';
import { TOOL_VERSION } from '../run/version.ts';
import type { Session } from '../session/session.ts';
import { manifestDigest } from '../snapshots/manifest.ts';
import { modulesOf, softwareOf } from '../snapshots/modules.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { compressionOf } from './compression.ts';
import type { MutableCounts } from './counts.ts';
import { kindOf } from './reading.ts';
import type { SourceOutcome } from './source-run.ts';
import { checkedTags } from './tags.ts';

/** Version of the record's JSON Schema. */
const SCHEMA_VERSION = 1;
/** Newest snapshots that a record names. */
const MAX_FOLLOWS = 16;

/** What a record is made of. */
export interface RecordParts {
  readonly context: RunContext;
  readonly tenant: OpenTenant;
  readonly session: Session;
  readonly options: BackupOptions;
  readonly sources: readonly SourceOutcome[];
  readonly counts: MutableCounts;
  readonly contents: readonly ContentReport[];
  readonly parent: SnapshotRecord | undefined;
  readonly startedMs: number;
  readonly durationMs: number;
}

/** The record of a snapshot, complete. */
export function snapshotRecord(parts: RecordParts): SnapshotRecord {
  const { context, tenant, session, options, counts } = parts;
  const sources = parts.sources.map((source) => source.record);
  const modules = modulesOf(sources);
  const record: Omit<SnapshotRecord, 'manifestSha256'> = {
    id: session.id,
    name: options.name,
    note: options.note,
    tenant: { id: tenant.tenant.id, name: tenant.tenant.name },
    kind: kindOf(options.kind, parts.parent),
    trigger: options.trigger ?? 'manual',
    startedAt: new Date(parts.startedMs).toISOString(),
    finishedAt: new Date(context.clock()).toISOString(),
    durationMs: Math.round(parts.durationMs),
    createdBy: options.createdBy ?? 'unknown',
    host: context.host,
    versions: {
      tool: TOOL_VERSION,
      format: FORMAT_VERSION,
      platform: `${process.platform}-${process.arch} node-${process.versions.node}`,
      schema: SCHEMA_VERSION,
    },
    status: sources.every((source) => source.status === 'ok') ? 'ok' : 'partial',
    bytes: { total: counts.bytesTotal, read: counts.bytesRead, new: counts.bytesNew, stored: counts.bytesStored },
    files: {
      total: counts.filesNew + counts.filesChanged + counts.filesUnchanged,
      new: counts.filesNew,
      changed: counts.filesChanged,
      unchanged: counts.filesUnchanged,
    },
    compression: compressionOf(options).profile,
    ...(parts.contents.length === 0 ? {} : { contents: parts.contents }),
    encryption: { algorithm: context.config.encrypted ? 'AES-256-GCM' : 'none', keyId: tenant.tenant.keyId },
    tags: checkedTags(options.tags ?? []),
    parent: parts.parent?.id,
    sources,
    ...(modules.length === 0 ? {} : { modules }),
    ...(options.software === undefined ? {} : { software: softwareOf(options.software) }),
    follows: heads(tenant),
  };
  return { ...record, manifestSha256: manifestDigest(record) };
}

/** Snapshots that no other one names: the ends of the chain. */
function heads(tenant: OpenTenant): SnapshotRecord['follows'] {
  const { snapshots } = tenant.view;
  const named = new Set(snapshots.flatMap(({ record }) => record.follows.map(({ id }) => id)));
  return snapshots
    .filter(({ record }) => !named.has(record.id))
    .slice(-MAX_FOLLOWS)
    .map(({ record, madeMs }) => ({ id: record.id, manifestSha256: record.manifestSha256, madeMs }));
}
