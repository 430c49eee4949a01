import { setImmediate } from 'node:timers/promises';

import { isAbsent } from '../catalog/entry.ts';
import { BackupError } from '../errors.ts';
import { checkAborted } from '../run/abort.ts';
import type { TreeSink } from '../sink/contract.ts';
import type { RestoreOutcome } from './outcome.ts';
import type { InternalPlan, RestoreItem } from './restore-item.ts';
import type { TargetSinks } from './target-sinks.ts';

const ABSENT = 'Expected its content, got a checkpoint, which has that of unchanged files only';

/** Entries made before others get a turn: well below a millisecond. */
const TURN = 16;

type Act = (item: RestoreItem, sink: TreeSink, number: number) => void;

/** Makes everything but the content of files: folders, links, metadata. What fails is a problem of that entry. */
export class EntryWriter {
  readonly #plan: InternalPlan;
  readonly #sinks: TargetSinks;
  readonly #outcome: RestoreOutcome;
  readonly #options: { readonly delete?: boolean | undefined; readonly signal?: AbortSignal | undefined };

  constructor(
    parts: { readonly plan: InternalPlan; readonly sinks: TargetSinks; readonly outcome: RestoreOutcome },
    options: { readonly delete?: boolean | undefined; readonly signal?: AbortSignal | undefined },
  ) {
    this.#plan = parts.plan;
    this.#sinks = parts.sinks;
    this.#outcome = parts.outcome;
    this.#options = options;
  }

  /** Folders, those above first; and those make room that are in the place of a file with content. */
  makeDirectories(): void {
    for (const [number, item] of this.#plan.items.entries()) {
      if (item.entry.kind === 'directory') this.#try(number, (_, sink) => this.#directory(item, sink));
    }
    for (const [number, item] of this.#plan.items.entries()) {
      const isInTheWay = item.found?.kind === 'directory' && item.action === 'overwrite';
      if (isInTheWay && item.entry.kind === 'file') this.#try(number, (_, sink) => this.#clear(item, sink));
    }
  }

  /** Symlinks, empty files, and metadata of files that are kept. Lets others work in between. */
  async makeRest(links: ReadonlyMap<number, number>): Promise<void> {
    let turns = 0;
    for (const [number, item] of this.#plan.items.entries()) {
      if (item.entry.kind === 'directory' || item.action === 'delete') continue;
      if (hasContent(item) || links.has(number)) continue;
      this.#try(number, (_, sink) => this.#small(item, sink));
      if (++turns % TURN === 0) await setImmediate();
    }
  }

  /** Files that a checkpoint knows and has no content of. */
  tellAbsent(): void {
    for (const [number, { action, entry }] of this.#plan.items.entries()) {
      if (action === 'note' && isAbsent(entry)) this.#outcome.fail(number, { code: 'CONTENT_ABSENT', message: ABSENT });
    }
  }

  /** Further names of files that are in place: item → item linked to. */
  makeHardLinks(links: ReadonlyMap<number, number>): void {
    for (const [number, first] of links) this.#try(number, (item, sink) => this.#link(item, sink, first));
  }

  /** What could not be restored may be there under another name: then nothing goes. */
  deleteExtras(): void {
    const { applied } = this.#outcome;
    const isComplete = applied.problems.length === 0;
    for (const [number, item] of this.#plan.items.entries()) {
      if (item.action !== 'delete') continue;
      this.#try(number, (_, sink) => {
        if (!isComplete) applied.entriesKept++;
        else if (sink.removeTree(item.path)) applied.entriesDeleted++;
      });
    }
  }

  /** Deepest first: writing into a folder changes its time. */
  finishDirectories(): void {
    const { items } = this.#plan;
    for (let number = items.length - 1; number >= 0; number--) {
      const { entry, action } = items[number] as RestoreItem;
      if (entry.kind !== 'directory' || (action !== 'metadata' && !isWritten(action))) continue;
      this.#try(number, ({ path }, sink) => sink.setMetadata(path, 'directory', entry));
    }
  }

  #try(number: number, act: Act): void {
    if (this.#outcome.hasFailed(number)) return;
    checkAborted(this.#options.signal);
    const item = this.#plan.items[number] as RestoreItem;
    try {
      act(item, this.#sinks.open(item.tree, this.#plan.trees[item.tree]?.root as Buffer), number);
    } catch (error) {
      this.#outcome.fail(number, error);
    }
  }

  #directory(item: RestoreItem, sink: TreeSink): void {
    if (item.action === 'keep') this.#outcome.applied.entriesKept++;
    if (!isWritten(item.action)) return;
    if (item.found !== undefined && item.found.kind !== 'directory') sink.remove(item.path);
    sink.makeDirectory(item.path);
  }

  #small(item: RestoreItem, sink: TreeSink): void {
    const { action, entry, path } = item;
    if (action === 'keep') this.#outcome.applied.entriesKept++;
    if (action === 'metadata') sink.setMetadata(path, entry.kind, entry);
    if (!isWritten(action)) return;
    this.#clear(item, sink);
    if (entry.kind === 'symlink') sink.makeSymlink(path, entry.linkTarget ?? Buffer.alloc(0), entry);
    else {
      sink.writeFile(path, [], item.isFresh === true ? { ...entry, fresh: true } : entry);
      this.#outcome.written(entry.size);
    }
  }

  #link(item: RestoreItem, sink: TreeSink, first: number): void {
    if (this.#outcome.hasFailed(first))
      throw new BackupError('PATH_FAILED', 'Expected the file that this is a link to, it could not be restored');
    this.#clear(item, sink);
    sink.makeHardLink(item.path, (this.#plan.items[first] as RestoreItem).path);
    this.#outcome.written(0);
  }

  /** A directory in the place of a file goes only if deleting was asked for. */
  #clear(item: RestoreItem, sink: TreeSink): void {
    if (item.found?.kind === 'directory' && this.#options.delete === true) sink.removeTree(item.path);
  }
}

const isWritten = (action: RestoreItem['action']): boolean => action === 'create' || action === 'overwrite';

/** Whether it is the content that makes the entry, which is not made here. */
function hasContent({ action, entry }: RestoreItem): boolean {
  return isWritten(action) && entry.kind === 'file' && entry.content.length > 0;
}
