import { dirname, resolve } from 'node:path';

import { readCatalog } from '../catalog/catalog-reader.ts';
import type { Entry } from '../catalog/entry.ts';
import { isWithin } from '../catalog/path-order.ts';
import { BackupError, isBackupError } from '../errors.ts';
import { BLOB } from '../pack/directory.ts';
import type { OverwriteMode, RestoreOptions } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import type { OpenTenant } from '../run/context.ts';
import { joinPath } from '../run/display-path.ts';
import type { FoundEntry, TreeSink } from '../sink/contract.ts';
import { locateAll, pathsOf, type SourcePart, sourcePath, sourceRoot } from '../snapshots/locate.ts';
import { onlyModules } from '../snapshots/modules.ts';
import { pageRef } from '../snapshots/page-ref.ts';
import type { SnapshotRecord } from '../snapshots/record.ts';
import { decide } from './decision.ts';
import { isForbidden } from './entry-failure.ts';
import { ExtraEntries, IN_USE } from './extra-entries.ts';
import { KeptPlaces } from './kept-places.ts';
import type { OnlyPaths } from './only-paths.ts';
import { type InternalPlan, PlannedItem, type RestoreItem, type RestoreTree } from './restore-item.ts';
import { type Selection, selection } from './selection.ts';
import { TargetTrees } from './target-trees.ts';

/** Decides what a restore will do, entry by entry. Looks at the target, changes nothing. */
export async function planItems(
  from: { readonly tenant: OpenTenant; readonly record: SnapshotRecord },
  options: RestoreOptions,
  { own, only }: { readonly own: readonly Uint8Array[]; readonly only?: OnlyPaths | undefined },
): Promise<InternalPlan> {
  if ((options.to === undefined) === (options.inPlace !== true)) {
    throw new BackupError('INVALID_OPTION', 'Expected either a folder to restore to or in-place, and not both');
  }
  const { tenant } = from;
  const record = onlyModules(from.record, options.modules);
  const trees: RestoreTree[] = [];
  const items: RestoreItem[] = [];
  const wanted = selection(options.include, options.exclude);
  using targets = new TargetTrees();
  const parts = locateAll(record, pathsOf(options));
  if (options.inPlace === true) refusePlaceless(parts);
  for (const part of parts) {
    const { root, prefix } = await targetOf(tenant, part, options);
    let tree = trees.findIndex((each) => each.root.equals(root));
    if (tree < 0) tree = trees.push({ root }) - 1;
    const kept = new KeptPlaces(root, own);
    await planPart({ tenant, part, options, only, wanted, items, tree, prefix, kept, sink: targets.open(root) });
  }
  const named = pathsOf(options).filter((path) => path !== undefined);
  if (items.length === 0 && (named.length > 0 || options.include !== undefined)) {
    throw new BackupError(
      'PATH_NOT_FOUND',
      `Expected ${(named.length > 0 ? named : options.include)?.join(', ')} in snapshot ${record.id.slice(0, 8)}, got none`,
      {
        hint: 'List the snapshot to see what it holds.',
      },
    );
  }
  return { trees, items };
}

/** @throws {BackupError} `INVALID_OPTION` when a source did not come from files, and so has no place to go back to. */
function refusePlaceless(parts: readonly SourcePart[]): void {
  const other = parts.find(({ source }) => source.kind !== 'directory');
  if (other === undefined) return;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected files and folders for a restore in place, got ${other.source.path}, which is of kind ${other.source.kind}`,
    { hint: 'Name the path of a folder of the snapshot, or restore to another folder.' },
  );
}

/** Below a folder, a source comes back under its own path; in place, at its root (whose links count as the user's own). */
async function targetOf(
  tenant: OpenTenant,
  part: SourcePart,
  options: RestoreOptions,
): Promise<{ root: Buffer; prefix: Buffer }> {
  if (options.to !== undefined) return { root: Buffer.from(resolve(options.to)), prefix: sourcePath(part.source) };
  const root = sourceRoot(part.source);
  const top = await firstEntry(tenant, part);
  if (top === undefined || top.kind === 'directory') return { root, prefix: Buffer.alloc(0) };
  const text = root.toString('latin1');
  return {
    root: Buffer.from(dirname(text), 'latin1'),
    prefix: Buffer.from(text.slice(text.lastIndexOf('/') + 1), 'latin1'),
  };
}

function entriesOf(tenant: OpenTenant, part: SourcePart, within: Uint8Array): AsyncGenerator<Entry[], void, undefined> {
  return readCatalog(pageRef(part.source.catalog), async (page) => await tenant.blobs.read(BLOB.catalog, page), {
    within,
  });
}

async function firstEntry(tenant: OpenTenant, part: SourcePart): Promise<Entry | undefined> {
  for await (const [entry] of entriesOf(tenant, part, Buffer.alloc(0))) return entry;
  return undefined;
}

interface PartPlan {
  readonly tenant: OpenTenant;
  readonly part: SourcePart;
  readonly options: RestoreOptions;
  /** Nothing but these absolute paths of original places. */
  readonly only: OnlyPaths | undefined;
  readonly wanted: Selection;
  readonly items: RestoreItem[];
  readonly tree: number;
  readonly prefix: Buffer;
  readonly kept: KeptPlaces;
  /** Absent when the target is not there yet. */
  readonly sink: TreeSink | undefined;
}

async function planPart(plan: PartPlan): Promise<void> {
  const { options, part } = plan;
  const state = new PartState(plan, options.overwrite ?? 'never');
  const wants = wantedIn(plan, 'wants');
  for (const entry of await entriesAbove(plan.tenant, part)) state.add(entry, false);
  for await (const page of entriesOf(plan.tenant, part, part.within)) {
    checkAborted(options.signal);
    for (const entry of page) {
      state.add(entry, wants(entry.path, entry.kind === 'directory'));
    }
  }
  state.end();
}

/** Whether a restore is about a path of the source. */
function wantedIn(
  { part, wanted, only }: PartPlan,
  what: keyof OnlyPaths,
): (path: Uint8Array, isDirectory: boolean) => boolean {
  const shown = sourcePath(part.source);
  const root = sourceRoot(part.source);
  const isNamed = (path: Uint8Array): boolean => only?.[what](joinPath(root, path).toString('latin1')) !== false;
  return (path, isDirectory) =>
    isNamed(path) && (wanted.everything || wanted.wants(joinPath(shown, path), isDirectory));
}

/** The folders above the part asked for, outermost first: they become the parents of what is restored. */
async function entriesAbove(tenant: OpenTenant, part: SourcePart): Promise<Entry[]> {
  const above: Entry[] = [];
  if (part.within.length === 0) return above;
  for (let end = 0; end >= 0; end = part.within.indexOf(47, end + 1)) {
    const folder = part.within.subarray(0, end);
    for await (const [first] of entriesOf(tenant, part, folder)) {
      if (first?.path.equals(folder) === true) above.push(first);
      break;
    }
  }
  return above;
}

/** Walks one part in order; knows the folders above the current entry. */
class PartState {
  readonly #plan: PartPlan;
  readonly #mode: OverwriteMode;
  readonly #parents: { entry: Entry; item: RestoreItem | undefined }[] = [];
  readonly #extras: ExtraEntries | undefined;
  /** Below this path of the source nothing exists yet: no need to look. */
  #fresh: Buffer | undefined;
  /** Below this path nothing can be restored: something that is kept is in the way. */
  #blocked: Buffer | undefined;

  constructor(plan: PartPlan, mode: OverwriteMode) {
    this.#plan = plan;
    this.#mode = mode;
    const { sink, tree, prefix, items, kept } = plan;
    const wants = wantedIn(plan, 'mayDelete');
    const isPartial = plan.part.source.status !== 'ok';
    this.#extras =
      plan.options.delete === true && sink !== undefined
        ? new ExtraEntries({ sink, tree, prefix, items, kept, isPartial, wants })
        : undefined;
  }

  add(entry: Entry, chosen: boolean): void {
    while (this.#parents.length > 0 && !isWithin(entry.path, (this.#parents.at(-1) as { entry: Entry }).entry.path))
      this.#parents.pop();
    this.#extras?.enter(entry);
    const parent = { entry, item: undefined as RestoreItem | undefined };
    if (chosen) {
      for (const above of this.#parents) above.item ??= this.#item(above.entry, true);
      parent.item = this.#item(entry, false);
    }
    if (entry.kind === 'directory') {
      this.#parents.push(parent);
      if (chosen && parent.item?.found?.kind === 'directory') this.#extras?.watch(entry);
    }
  }

  end(): void {
    this.#extras?.end();
  }

  #item(entry: Entry, above: boolean): RestoreItem {
    const { prefix, tree, sink, items } = this.#plan;
    const { path } = entry;
    const isBlocked = this.#blocked !== undefined && isWithin(path, this.#blocked);
    const isNew = this.#isNew(path);
    // Not so the first folder that is made: what it is in may be open to others.
    const isFresh = this.#fresh !== undefined;
    const found = isNew || isBlocked ? undefined : this.#look(sink, joinPath(prefix, path));
    let decision = this.#decide(entry, found);
    if (isBlocked && decision.action !== 'note') {
      decision = { action: 'keep', reason: 'what is kept above it is no directory' };
    } else if (
      entry.kind === 'directory' &&
      found !== undefined &&
      found.kind !== 'directory' &&
      decision.action === 'keep'
    ) {
      this.#blocked = path;
    }
    // A folder that only leads to what is restored keeps what it has.
    if (above && found?.kind === 'directory') decision = { action: 'keep', reason: 'leads to what is restored' };
    // What is not there, or gives way to a folder, has nothing below it.
    const gives = found !== undefined && found.kind !== 'directory' && decision.action === 'overwrite';
    if (entry.kind === 'directory' && (found === undefined || gives)) this.#fresh ??= path;
    const item = new PlannedItem({ ...decision, tree, entry, found, isFresh }, prefix);
    items.push(item);
    return item;
  }

  #decide(entry: Entry, found: FoundEntry | undefined): ReturnType<typeof decide> {
    const decision = decide(entry, found, this.#mode);
    const isReplaced = decision.action === 'overwrite' && found?.kind === 'directory';
    return isReplaced && this.#plan.kept.touch(joinPath(this.#plan.prefix, entry.path))
      ? { action: 'keep', reason: IN_USE }
      : decision;
  }

  /** Whether nothing can be there. */
  #isNew(path: Buffer): boolean {
    if (this.#fresh !== undefined && !isWithin(path, this.#fresh)) this.#fresh = undefined;
    return this.#plan.sink === undefined || this.#fresh !== undefined;
  }

  /** What is unsafe or not permitted is not looked at: it will be a problem of its own when something is to be written there. */
  #look(sink: TreeSink | undefined, path: Buffer): FoundEntry | undefined {
    try {
      return sink?.lstat(path);
    } catch (error) {
      if (isBackupError(error, 'UNSAFE_PATH') || isForbidden(error)) return undefined;
      throw error;
    }
  }
}
