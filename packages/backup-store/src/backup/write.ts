import { join } from 'node:path';

import { BlobIndex } from '../blob-index/blob-index.ts';
import { BackupError, isBackupError } from '../errors.ts';
import type { BackupResult } from '../repository/contract.ts';
import { checkAborted, whenStuck } from '../run/abort.ts';
import { settled } from '../run/or-aborted.ts';
import { ServiceNotes } from '../service/notes.ts';
import { OpenSessions } from '../session/open-sessions.ts';
import { Session } from '../session/session.ts';
import { BackupWriter } from './backup-writer.ts';
import { compressionOf } from './compression.ts';
import { HeldSources } from './held-sources.ts';
import { Quota } from './quota.ts';
import { readSources, sourceFailed, type SourcesEnd } from './read-sources.ts';
import { snapshotRecord } from './record.ts';
import { look, result, type Run, type Start } from './run.ts';
import { sealCheckRate } from './seal-check.ts';
import type { SourceOutcome } from './source-run.ts';

/** How long a run that was ended may take to store what it has read. */
const ABORT_GRACE_MS = 20_000;
/** How long a source may take to end when the run has failed, before it is let go. */
const SOURCES_GRACE_MS = 10_000;
/** Writes a snapshot in one session. */
export async function write(start: Start): Promise<BackupResult> {
  const { context, tenant, options } = start;
  const open = new OpenSessions(join(context.cacheFolder, 'open', tenant.tenant.label));
  // First the session, then the look at the index: whoever prunes must know of us before we rely on what is there.
  const session = await Session.begin({
    sealed: context.sealed,
    tenant: tenant.tenant,
    open,
    host: context.host,
    clock: context.clock,
  });
  let fail: (error: unknown) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);
  const ended = whenStuck(options.signal, ABORT_GRACE_MS, fail);
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const held = new HeldSources(new ServiceNotes(context), tenant.tenant.name);
  let parts: Parts | undefined;
  let isRefused = false;
  try {
    parts = await beginWriting(start, session, fail);
    const end = endOf(start, parts.writer, { signal, fail, held });
    return await Promise.race([writeSnapshot({ ...parts, end }), failed]);
  } catch (error) {
    isRefused = isBackupError(error, 'QUOTA_EXCEEDED');
    throw isBackupError(error, 'ABORTED') ? error : await session.explain(error);
  } finally {
    stop.abort();
    // A failure elsewhere leaves them in the middle of being read.
    await settled(held.reading, SOURCES_GRACE_MS);
    await held.resume();
    ended();
    await parts?.writer.close();
    // What was stored would count in the next run, which may need none of it.
    if (isRefused) await session.giveUp().catch(() => undefined);
    await session.stop();
  }
}

/** What a snapshot is written with. */
interface Parts {
  readonly run: Run;
  readonly session: Session;
  readonly writer: BackupWriter;
  readonly quota: Quota;
}

async function beginWriting(start: Start, session: Session, onFailure: (error: unknown) => void): Promise<Parts> {
  const { context, tenant, options, turn } = start;
  await context.requireThere(tenant.tenant);
  const run = await look(start);
  // Apart from the tenant's index: what is not committed must not be relied on by any other session.
  const own = new BlobIndex();
  if (session.isContinued) await session.addOwnPacks(own, options.signal);
  const quota = new Quota(context, tenant, own);
  quota.check(0);
  const writer = new BackupWriter(context, tenant, {
    session,
    own,
    quota,
    compression: compressionOf(options).profile,
    checkOneOf: sealCheckRate(options.checkSealed),
    onFailure,
    check: () => checkAborted(options.signal),
  });
  await turn.mayRead();
  const readsAll = run.reading === 'everything' || (run.parent === undefined && run.reading === 'changes');
  if (readsAll) writer.startThreads();
  return { run, session, writer, quota };
}

/** How the reading ends: as soon as all is handed out, threads that have nothing to do go to the next backup. */
function endOf(
  { turn }: Start,
  { pool, large }: BackupWriter,
  parts: Pick<SourcesEnd, 'signal' | 'fail' | 'held'>,
): SourcesEnd {
  const handedOut = (): void => {
    pool.windDown();
    large.windDown();
    turn.handedOut();
  };
  return { ...parts, handedOut, nearlyOut: turn.nearlyOut };
}

async function writeSnapshot(parts: Parts & { readonly end: SourcesEnd }): Promise<BackupResult> {
  const { run, session, writer, quota, end } = parts;
  const { context, tenant, options, counts, progress } = run;
  let sources: SourceOutcome[];
  try {
    sources = await readSources(run, writer, end);
  } catch (error) {
    // What is read so far is kept for the next run: ended packs, and a segment that names them.
    if ((error as { code?: unknown }).code === 'ABORTED') await writer.finish();
    throw error;
  }
  end.handedOut();
  if (sources.every(({ record }) => record.status === 'failed')) throw nothingRead(sources);
  progress.phase = 'commit';
  await writer.finish();
  await quota.checkNow(writer.upload.bytes, options.signal);
  checkAborted(options.signal);
  counts.bytesStored = writer.upload.bytes + session.bytes;
  const durationMs = progress.elapsedMs;
  const record = snapshotRecord({
    context,
    tenant,
    session,
    options,
    sources,
    counts,
    contents: writer.contents,
    parent: run.parent,
    startedMs: run.startedMs,
    durationMs,
  });
  await session.commit(record);
  counts.bytesStored = writer.upload.bytes + session.bytes;
  // Without a cache the next run reads everything again: slower, not wrong.
  await Promise.all(sources.map(async (source) => await source.remember().catch(() => undefined)));
  progress.counts.bytesStored = counts.bytesStored;
  progress.flush();
  context.emit('backup.created', {
    snapshot: record.id,
    tenant: tenant.tenant.name,
    kind: record.kind,
    trigger: record.trigger,
    status: record.status,
    bytes: record.bytes.total,
    bytesStored: counts.bytesStored,
    durationMs: record.durationMs,
  });
  return result(run, record, { sources, contents: writer.contents });
}

function nothingRead(sources: readonly SourceOutcome[]): BackupError {
  if (sources.some(({ record }) => record.kind !== 'directory'))
    return sourceFailed('Expected at least one source to be read', sources);
  const [first] = sources.flatMap(({ problems }) => problems.list);
  return new BackupError(
    'PATH_FAILED',
    `Expected to read ${first?.path ?? 'the paths given'}: ${first?.message ?? 'nothing is there'}`,
    {
      hint: 'Check the path and its permissions. No snapshot was made.',
      cause: first,
    },
  );
}
