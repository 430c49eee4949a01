import { isWithin } from '../catalog/path-order.ts';
import { BackupError, codeOf, isBackupError } from '../errors.ts';
import { packName } from '../layout/names.ts';
import type { BackupOptions, BackupResult } from '../repository/contract.ts';
import { type BackupTurn, NO_TURN } from '../run/backup-turns.ts';
import type { RunContext } from '../run/context.ts';
import { ownPlaces, realPath } from '../run/own-places.ts';
import { softwareOf } from '../snapshots/modules.ts';
import { ServiceNotes } from '../service/notes.ts';
import { HeldSources } from './held-sources.ts';
import { planSources } from './module-sources.ts';
import { readSources, type SourcesEnd } from './read-sources.ts';
import { checkKind, look, result, type Start } from './run.ts';
import { sealCheckRate } from './seal-check.ts';
import type { SourceRoot } from './source-roots.ts';
import { checkSources } from './stream-sources.ts';
import { checkedTags } from './tags.ts';
import { checkTrees } from './tree-run.ts';
import { write } from './write.ts';

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
  await checkKind(start);
  if (options.dryRun === true) {
    const run = await look(start);
    const never = new AbortController().signal;
    await turn.mayRead();
    const nothing = (): void => undefined;
    const end: SourcesEnd = {
      signal: options.signal ?? never,
      fail: nothing,
      held: new HeldSources(new ServiceNotes(context), tenant.tenant.name),
      nearlyOut: nothing,
      handedOut: nothing,
    };
    return result(run, undefined, { sources: await readSources(run, undefined, end), contents: [] });
  }
  try {
    return await writePersistently(start);
  } catch (error) {
    context.emit('backup.failed', {
      tenant: tenant.tenant.name,
      code: codeOf(error),
      kind: options.kind ?? 'incremental',
      trigger: options.trigger ?? 'manual',
      durationMs: Math.max(0, Math.round(context.clock() - startedMs)),
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
