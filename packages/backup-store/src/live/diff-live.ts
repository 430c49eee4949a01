import { resolve } from 'node:path';

import { type Entry, isAbsent } from '../catalog/entry.ts';
import { BackupError, codeOf } from '../errors.ts';
import type { Difference, EntryProblem, LiveDiffOptions } from '../repository/contract.ts';
import { checkAborted } from '../run/abort.ts';
import type { RunContext } from '../run/context.ts';
import { displayPath, joinPath } from '../run/display-path.ts';
import { ownPlaces } from '../run/own-places.ts';
import { ProgressMeter } from '../run/progress-meter.ts';
import { entryView } from '../snapshots/entry-view.ts';
import { locate, type SourcePart, sourcePath, sourceRoot } from '../snapshots/locate.ts';
import type { TenantSnapshot } from '../snapshots/resolve.ts';
import { catalogEntries } from '../snapshots/source-entries.ts';
import type { ScannedEntry } from '../source/scanned-entry.ts';
import { hasContent } from './compare-content.ts';
import { asEntry, liveEntries } from './live-entries.ts';
import { mergeByPath } from './merge.ts';

const EMPTY = Buffer.alloc(0);
/** Name of ignore files, as at a backup. */
const IGNORE_FILE = '.holdfastignore';
/** Times are restored within this, in nanoseconds. */
const TIME_PRECISION_NS = 1000n;

/**
 * What differs between a snapshot and the files on disk now, source by source, in path order. Metadata first: content is read where
 * that leaves doubt, or always.
 *
 * @throws {BackupError} `PATH_NOT_FOUND`; `INVALID_OPTION`; `PATH_FAILED` for what can't be looked at, unless it is told.
 */
export async function* diffLive(
  context: RunContext,
  from: TenantSnapshot,
  options: InternalOptions,
): AsyncGenerator<Difference, void, undefined> {
  const meter = new ProgressMeter('verify', options.onProgress);
  for (const path of options.paths ?? [undefined]) {
    for (const part of locate(from.record, path)) {
      if (part.source.kind !== 'directory' && options.to === undefined) refusePlaceless(part, path);
      else yield* new LivePart(context, from, { part, options, meter }).differences();
    }
  }
  meter.flush();
}

/** A source that was named and is nowhere on disk; of the whole snapshot, only files and folders are compared. */
function refusePlaceless({ source }: SourcePart, path: string | undefined): void {
  if (path === undefined) return;
  throw new BackupError('INVALID_OPTION', `Expected files and folders to compare, got ${path} of kind ${source.kind}`, {
    hint: 'Restore it to a folder and compare that, or validate the snapshot.',
  });
}

/** `only`: whether an absolute path is compared at all. */
type InternalOptions = LiveDiffOptions & { readonly only?: ((path: Uint8Array) => boolean) | undefined };

interface LiveParts {
  readonly part: SourcePart;
  readonly options: InternalOptions;
  readonly meter: ProgressMeter;
}

/** Compares one source. */
class LivePart {
  readonly #context: RunContext;
  readonly #from: TenantSnapshot;
  readonly #parts: LiveParts;
  readonly #root: Buffer;
  readonly #shown: Buffer;

  constructor(context: RunContext, from: TenantSnapshot, parts: LiveParts) {
    const { part, options } = parts;
    this.#context = context;
    this.#from = from;
    this.#parts = parts;
    this.#shown = sourcePath(part.source);
    this.#root =
      options.to === undefined ? sourceRoot(part.source) : joinPath(Buffer.from(resolve(options.to)), this.#shown);
  }

  async *differences(): AsyncGenerator<Difference, void, undefined> {
    const { part, options, meter } = this.#parts;
    const { exclude } = options;
    // What was restored is all to be compared, whatever its ignore files say.
    const obeyed = options.to === undefined ? { ignoreFileName: IGNORE_FILE, exclude } : {};
    const walk = { root: this.#root, skip: ownPlaces(this.#context), ...obeyed };
    const live = liveEntries(walk, this.#context.threads, {
      within: part.within,
      onFailure: ({ path, code, message }) => this.#problem(path, code, message),
    });
    for await (const { before, after } of mergeByPath(this.#entries(), live)) {
      checkAborted(options.signal);
      meter.counts.filesDone++;
      meter.tick(() => joinPath(this.#root, (before ?? after)?.path ?? EMPTY).toString('utf8'));
      if (options.only?.(joinPath(this.#root, (before ?? after)?.path ?? EMPTY)) === false) continue;
      const change = await this.#changeOf(before, after);
      if (change !== undefined) yield this.#difference(change, before, after && asEntry(after));
    }
  }

  async *#entries(): AsyncGenerator<Entry, void, undefined> {
    const { source, within } = this.#parts.part;
    for await (const page of catalogEntries(this.#from.tenant, source, within)) yield* page;
  }

  async #changeOf(
    before: Entry | undefined,
    after: ScannedEntry | undefined,
  ): Promise<Difference['change'] | undefined> {
    if (before === undefined) return 'added';
    if (after === undefined) return 'removed';
    if (before.kind !== after.kind) return 'kind';
    const sameTime = near(before.mtimeNs, after.mtimeNs);
    if (before.kind === 'file' && !(await this.#sameContent(before, after, sameTime))) return 'content';
    if (!(before.linkTarget ?? EMPTY).equals(after.linkTarget ?? EMPTY)) return 'content';
    const sameOwner = before.uid === after.uid && before.gid === after.gid;
    return sameTime && sameOwner && before.mode === after.mode ? undefined : 'metadata';
  }

  async #sameContent(before: Entry, after: ScannedEntry, sameTime: boolean): Promise<boolean> {
    if (before.size !== after.size) return false;
    if (isAbsent(before)) return sameTime;
    if (sameTime && this.#parts.options.content !== 'always') return true;
    const { meter, options } = this.#parts;
    try {
      return await hasContent(joinPath(this.#root, after.path), before.content, (bytes) => {
        checkAborted(options.signal);
        meter.counts.bytesDone += bytes;
      });
    } catch (error) {
      if (codeOf(error) === 'ABORTED') throw error;
      this.#problem(after.path, codeOf(error), (error as Error).message, error);
      // It is not known to differ; the problem says that it could not be read.
      return true;
    }
  }

  #problem(path: Uint8Array, code: string, message: string, cause?: unknown): void {
    const problem: EntryProblem = { ...displayPath(joinPath(this.#root, path)), code, message };
    if (this.#parts.options.onProblem !== undefined) {
      this.#parts.options.onProblem(problem);
      return;
    }
    throw new BackupError('PATH_FAILED', `Expected to compare ${problem.path}: ${message}`, {
      cause: cause ?? Object.assign(new Error(message), { code }),
      hint: 'Make it readable, or pass `onProblem` to be told and go on.',
    });
  }

  #difference(change: Difference['change'], before: Entry | undefined, after: Entry | undefined): Difference {
    const [was, is] = [before && entryView(this.#shown, before), after && liveView(this.#shown, after)];
    const { path, pathBase64 } = (is ?? was) as NonNullable<typeof is>;
    return { change, path, ...(pathBase64 === undefined ? {} : { pathBase64 }), before: was, after: is };
  }
}

/** What is on disk has its content, though nobody has looked at it. */
function liveView(folder: Uint8Array, entry: Entry): NonNullable<Difference['after']> {
  const { absent: _, ...view } = entryView(folder, entry);
  return view;
}

const near = (a: bigint, b: bigint): boolean => (a > b ? a - b : b - a) < TIME_PRECISION_NS;
