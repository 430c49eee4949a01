import { BlobIndex } from '../blob-index/blob-index.ts';
import type { ContentReport } from '../codec/content-report.ts';
import { BackupError, codeOf, isBackupError } from '../errors.ts';
import { isWithin } from '../catalog/path-order.ts';
import { packName } from '../layout/names.ts';
import type { BackupOptions, BackupResult, EntryProblem } from '../repository/contract.ts';
import { checkAborted, whenStuck } from '../run/abort.ts';
import { type BackupTurn, NO_TURN } from '../run/backup-turns.ts';
import { settled } from '../run/or-aborted.ts';
import type { RunContext } from '../run/context.ts';
import { ownPlaces, realPath } from '../run/own-places.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import { join } from 'node:path';
import { softwareOf } from '../snapshots/modules.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { OpenSessions } from '../session/open-sessions.ts';
import { Session } from '../session/session.ts';
import { BackupWriter } from './backup-writer.ts';
import { compressionOf } from './compression.ts';
import { newCounts } from './counts.ts';
import { HeldSources } from './held-sources.ts';
import { planSources } from './module-sources.ts';
import { type BackedUp, findParent } from './parent.ts';
import { readSources, sourceFailed, type SourcesEnd, type SourcesRun } from './read-sources.ts';
import { readingOf } from './reading.ts';
import { snapshotRecord } from './record.ts';
import { Quota } from './quota.ts';
import type { SourceRoot } from './source-roots.ts';
import { sealCheckRate } from './seal-check.ts';
import { checkedTags } from './tags.ts';
import type { SourceOutcome } from './source-run.ts';
import { checkSources, streamRoot } from './stream-sources.ts';
import { checkTrees } from './tree-run.ts';

interface Run extends SourcesRun {
  readonly startedMs: number;
}

/** What a run knows before it has looked at the repository. */
type Start = Pick<Run, 'context' | 'tenant' | 'options' | 'streams' | 'roots' | 'startedMs'> & {
  readonly turn: BackupTurn;
  /** Compare with no other snapshot. */
  readonly alone?: boolean | undefined;
};

/** How long a run that was ended may take to store what it has read. */
const ABORT_GRACE_MS = 20_000;
/** How long a source may take to end when the run has failed, before it is let go. */
const SOURCES_GRACE_MS = 10_000;
/** Sessions that a run begins before it gives up against pruners. */
const MAX_SESSIONS = 4;

/** Codes of data that is stored and can't be read. */
const UNREADABLE: ReadonlySet<string> = new Set([
  'BLOB_MISMATCH',
  'BLOB_MISSING',
  'OBJECT_DAMAGED',
  'OBJECT_INVALID',
  'OBJECT_MISSING',
  'OBJECT_TRUNCATED',
]);

/** @throws {BackupError} `INVALID_OPTION` when a root is the repository itself or in it. */
function refuseOwnPlaces(context: RunContext, roots: readonly SourceRoot[]): void {
  const own = ownPlaces(context).map(realPath);
  const bad = roots.find(({ root }) => own.some((place) => isWithin(realPath(root), place)));
  if (bad !== undefined) {
    throw new BackupError(
      'INVALID_OPTION',
      `Expected a path outside the repository and its caches, got ${bad.root.toString('utf8')}`,
      {
        hint: 'A folder that holds the repository can be backed up: the repository is left out.',
      },
    );
  }
}

/**
 * Backs up sources to one snapshot.
 *
 * @param turn Says when it may read, and is told when others may.
 */
export async function backup(
  context: RunContext,
  options: BackupOptions,
  turn: BackupTurn = NO_TURN,
): Promise<BackupResult> {
  checkTrees(options);
  const { streams, roots } = planSources(options);
  checkSources(
    streams.map(({ source }) => source),
    roots,
  );
  if (options.software !== undefined) softwareOf(options.software);
  checkedTags(options.tags ?? []);
  sealCheckRate(options.checkSealed);
  if (options.name === 'latest' || options.name === '') {
    throw new BackupError('INVALID_OPTION', 'Expected a name for the snapshot, other than "latest"', {
      hint: '"latest" always means the newest snapshot.',
    });
  }
  refuseOwnPlaces(context, roots);
  const startedMs = context.clock();
  const tenant = await context.tenant(options.tenant ?? 'default', options.dryRun !== true);
  const start: Start = { context, tenant, options, streams, roots, startedMs, turn };
  await checkSince(start);
  if (options.dryRun === true) {
    const run = await look(start);
    const never = new AbortController().signal;
    await turn.mayRead();
    const nothing = (): void => undefined;
    const end: SourcesEnd = { signal: options.signal ?? never, fail: nothing, held: new HeldSources(), nearlyOut: nothing, handedOut: nothing };
    return result(run, undefined, { sources: await readSources(run, undefined, end), contents: [] });
  }
  try {
    return await writePersistently(start);
  } catch (error) {
    context.emit('backup.failed', {
      tenant: tenant.tenant.name,
      code: codeOf(error),
    });
    throw error;
  }
}

/** Writes a snapshot; begins again when a pruner has ended the session: what others have stored meanwhile is found then. */
async function writePersistently(start: Start): Promise<BackupResult> {
  for (let session = 1; ; session++) {
    try {
      return await writeAround(start);
    } catch (error) {
      if (!isBackupError(error, 'SESSION_FENCED') || session >= MAX_SESSIONS) throw error;
    }
  }
}

/**
 * Writes a snapshot. When the one to compare with can't be read because a pack is damaged, that pack is taken for lost:
 * everything is read again, and what was in the pack is stored again.
 */
async function writeAround(start: Start): Promise<BackupResult> {
  try {
    return await write(start);
  } catch (error) {
    const { index } = start.tenant.view;
    const { label } = start.tenant.tenant;
    const damaged = index.packs.filter(
      ({ session, id }) => (error as BackupError).object === packName(label, session, id),
    );
    if (!UNREADABLE.has(codeOf(error)) || (damaged.length === 0 && codeOf(error) !== 'BLOB_MISSING')) throw error;
    index.markLost(damaged);
    return await write({ ...start, alone: true });
  }
}

const backedUp = ({ context, streams, roots }: Start): BackedUp => ({
  host: context.host,
  roots: [...roots.map(({ root }) => root), ...streams.map(({ source }) => Buffer.from(streamRoot(source)))],
});

/** Tells before anything is begun whether there is what is to be compared with. */
async function checkSince(start: Start): Promise<void> {
  const { tenant, options } = start;
  if (options.since === undefined) return;
  if (options.kind === 'full') {
    throw new BackupError('INVALID_OPTION', 'Expected no snapshot to go on from for a full backup, got one', {
      hint: 'A full backup reads everything. Leave `since` out, or make an incremental one.',
    });
  }
  await tenant.view.loadSnapshots(options.signal);
  findParent(tenant, backedUp(start), options.since);
}

/** Reads what is stored already, and finds the snapshot to compare with. */
async function look(start: Start): Promise<Run> {
  const { tenant, options } = start;
  await tenant.view.loadSnapshots(options.signal);
  await tenant.view.loadIndex(options.signal);
  const parent = start.alone === true ? undefined : findParent(tenant, backedUp(start), options.since);
  const progress = new ProgressMeter('backup', options.onProgress);
  return { ...start, parent, reading: readingOf(options.kind), counts: newCounts(), progress };
}

async function write(start: Start): Promise<BackupResult> {
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
  const held = new HeldSources();
  let writer: BackupWriter | undefined;
  let isRefused = false;
  try {
    await context.requireThere(tenant.tenant);
    const run = await look(start);
    // Apart from the tenant's index: what is not committed must not be relied on by any other session.
    const own = new BlobIndex();
    if (session.isContinued) await session.addOwnPacks(own, options.signal);
    const quota = new Quota(context, tenant, own);
    quota.check(0);
    writer = new BackupWriter(context, tenant, {
      session,
      own,
      quota,
      compression: compressionOf(options),
      checkOneOf: sealCheckRate(options.checkSealed),
      onFailure: (error) => fail(error),
      check: () => checkAborted(options.signal),
    });
    await start.turn.mayRead();
    const readsAll = run.reading === 'everything' || (run.parent === undefined && run.reading === 'changes');
    if (readsAll) writer.startThreads();
    const { pool, large } = writer;
    const handedOut = (): void => {
      pool.windDown();
      large.windDown();
      start.turn.handedOut();
    };
    const end: SourcesEnd = { signal, fail, held, handedOut, nearlyOut: start.turn.nearlyOut };
    return await Promise.race([writeSnapshot(run, { session, writer, quota, end }), failed]);
  } catch (error) {
    isRefused = isBackupError(error, 'QUOTA_EXCEEDED');
    throw isBackupError(error, 'ABORTED') ? error : await session.explain(error);
  } finally {
    stop.abort();
    // A failure elsewhere leaves them in the middle of being read.
    await settled(held.reading, SOURCES_GRACE_MS);
    await held.resume();
    ended();
    await writer?.close();
    // What was stored would count in the next run, which may need none of it.
    if (isRefused) await session.giveUp().catch(() => undefined);
    await session.stop();
  }
}

async function writeSnapshot(
  run: Run,
  parts: { session: Session; writer: BackupWriter; quota: Quota; end: SourcesEnd },
): Promise<BackupResult> {
  const { context, tenant, options, counts, progress } = run;
  const { session, writer, quota } = parts;
  let sources: SourceOutcome[];
  try {
    sources = await readSources(run, writer, parts.end);
  } catch (error) {
    // What is read so far is kept for the next run: ended packs, and a segment that names them.
    if ((error as { code?: unknown }).code === 'ABORTED') await writer.finish();
    throw error;
  }
  parts.end.handedOut();
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
    bytesStored: counts.bytesStored,
    status: record.status,
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

function result(
  run: Run,
  snapshot: SnapshotRecord | undefined,
  { sources, contents }: { readonly sources: readonly SourceOutcome[]; readonly contents: readonly ContentReport[] },
): BackupResult {
  const problems: EntryProblem[] = sources.flatMap((source) => source.problems.list);
  const partial = sources.some(({ record }) => record.status !== 'ok');
  return {
    status: partial ? 'partial' : 'ok',
    snapshot,
    parent: run.parent?.id,
    counts: run.counts,
    sources: sources.map(({ record }) => record),
    problems,
    contents,
    durationMs: Math.round(run.progress.elapsedMs),
  };
}
