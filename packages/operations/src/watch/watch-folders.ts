import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, isAbsolute, relative, resolve, sep } from 'node:path';
import type { FSWatcher } from 'chokidar';
import ignore from 'ignore';
import { type Clock, systemClock } from '../clock.ts';
import { OperationsError, shown } from '../errors.ts';
import type { RunError } from '../slots/entry.ts';
import { runError } from '../slots/run-error.ts';
import { Calm } from './calm.ts';
import type { FolderWatch, WatchFoldersOptions } from './contract.ts';
import { FolderPlaces } from './folder-places.ts';

/** What the system says when it has no watches left, or can't watch a place at all. */
const CANNOT_WATCH: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EMFILE',
  'ENFILE',
  'ENOSYS',
  'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM',
]);

const DEBOUNCE_MS = 2000;
/** Between two looks at which folders are there, in milliseconds, whatever is asked for. */
const LEAST_PAUSE_MS = 20;
const MAX_WAIT_MS = 300_000;
const POLL_MS = 5000;

/**
 * Watches folders, and calls back once changes have come to rest. When the system has no watches left (`ENOSPC` of inotify), it goes on by looking at
 * everything every so often, and says so: nothing is missed. A folder that is replaced by another one is watched again within `pollMs`.
 *
 * @returns When all folders were looked through.
 * @throws {OperationsError} `INVALID_OPTION`; `PACKAGE_MISSING` without chokidar.
 *
 * @example
 * ```ts
 * import type { Scheduler } from '@x/operations';
 * import { watchFolders } from '@x/operations/watch';
 *
 * export async function backUpOnChange(scheduler: Scheduler, signal: AbortSignal): Promise<void> {
 *   await using _ = await watchFolders({
 *     folders: ['/srv/shop/uploads'],
 *     ignore: ['*.part', '/cache'],
 *     onChange: async () => (await scheduler.runNow('uploads', 'change')) !== undefined,
 *   });
 *   await new Promise((resolve) => signal.addEventListener('abort', resolve));
 * }
 * ```
 */
export async function watchFolders(options: WatchFoldersOptions): Promise<FolderWatch> {
  const chokidar = await loadChokidar();
  const isWanted = await choiceOf(options);
  const { debounceMs = DEBOUNCE_MS, maxWaitMs = MAX_WAIT_MS, clock = systemClock, onChange, onEvent } = options;
  checkTimes({ debounceMs, maxWaitMs, pollMs: options.pollMs ?? POLL_MS });
  const onError = (error: unknown): void => onEvent?.({ type: 'watch.failed', error: runError(error) });
  const calm = new Calm({ debounceMs, maxWaitMs, clock, onCalm: onChange, onError });
  const watching = new Watching(options, { chokidar, isWanted, calm, clock });
  await watching.begin();
  const close = async (): Promise<void> => {
    await watching.close();
    await calm.close();
  };
  return { idle: async () => calm.idle(), close, [Symbol.asyncDispose]: close };
}

type Chokidar = Pick<typeof import('chokidar'), 'watch'>;

interface Parts {
  readonly chokidar: Chokidar;
  readonly isWanted: IsWanted;
  readonly calm: Calm;
  readonly clock: Clock;
}

/** A watcher, and the one that takes its place when the system can't go on. */
class Watching {
  readonly #options: WatchFoldersOptions;
  readonly #parts: Parts;
  readonly #places = new FolderPlaces();
  readonly #stop = new AbortController();
  #watcher: FSWatcher | undefined;
  #mode: 'events' | 'polling' = 'events';
  #guarding: Promise<void> = Promise.resolve();
  #turning: Promise<void> = Promise.resolve();

  constructor(options: WatchFoldersOptions, parts: Parts) {
    this.#options = options;
    this.#parts = parts;
  }

  get #folders(): readonly string[] {
    return this.#options.folders.map((folder) => resolve(folder));
  }

  async begin(): Promise<void> {
    await this.#places.look(this.#folders);
    const failure = await this.#watchBy(this.#options.polling === true ? 'polling' : 'events');
    if (failure !== undefined) await this.#poll(failure);
    this.#guarding = this.#guard();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#guarding;
    await this.#turning;
    await this.#watcher?.close();
  }

  /** @returns When all was looked through; why not, where the system can't watch. */
  async #watchBy(mode: 'events' | 'polling'): Promise<RunError | undefined> {
    const { chokidar, isWanted, calm } = this.#parts;
    const { pollMs = POLL_MS, onEvent } = this.#options;
    const folders = this.#folders;
    this.#mode = mode;
    const watcher = chokidar.watch([...folders], {
      ignored: (path, stats) => !isWanted(path, stats),
      ignoreInitial: true,
      followSymlinks: false,
      usePolling: mode === 'polling',
      interval: pollMs,
      binaryInterval: pollMs,
    });
    this.#watcher = watcher;
    for (const name of ['add', 'change', 'unlink'] as const) watcher.on(name, (path) => calm.touch(path));
    const { promise, resolve: done } = Promise.withResolvers<RunError | undefined>();
    let isReady = false;
    watcher.once('ready', () => {
      if (this.#watcher !== watcher) return;
      isReady = true;
      onEvent?.({ type: 'watch.started', folders, mode });
      done(undefined);
    });
    watcher.on('error', (error) => {
      const found = runError(error);
      if (mode === 'polling' || !CANNOT_WATCH.has(found.code ?? '')) onEvent?.({ type: 'watch.failed', error: found });
      else if (this.#watcher === watcher) {
        this.#watcher = undefined;
        void watcher.close();
        if (isReady) this.#turning = this.#poll(found);
        else done(found);
      }
    });
    return promise;
  }

  /** Neither the system nor who polls tells reliably of another folder that has taken the place of the one that is watched. */
  async #guard(): Promise<void> {
    const { pollMs = POLL_MS, onEvent } = this.#options;
    const { clock, calm } = this.#parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await clock.sleep(Math.max(pollMs, LEAST_PAUSE_MS), signal);
      const { replaced, gone } = await this.#places.look(this.#folders);
      if (signal.aborted) return;
      for (const folder of gone) onEvent?.({ type: 'watch.failed', error: goneError(folder) });
      if (replaced.length === 0) continue;
      this.#turning = this.#again();
      await this.#turning;
      for (const folder of replaced) calm.touch(folder);
    }
  }

  async #again(): Promise<void> {
    const before = this.#watcher;
    this.#watcher = undefined;
    await before?.close();
    const failure = await this.#watchBy(this.#mode);
    if (failure !== undefined) await this.#poll(failure);
  }

  async #poll(error: RunError): Promise<void> {
    this.#options.onEvent?.({ type: 'watch.degraded', error });
    if (this.#stop.signal.aborted) return;
    await this.#watchBy('polling');
    // What has changed between the two was seen by neither.
    for (const folder of this.#folders) this.#parts.calm.touch(folder);
  }
}

const goneError = (folder: string): RunError => {
  return { code: 'ENOENT', message: `Expected a folder to watch, ${folder} is gone: it is watched when it is back` };
};

type IsWanted = (path: string, stats: Stats | undefined) => boolean;

async function choiceOf({ folders, extensions, ignore: patterns = [] }: WatchFoldersOptions): Promise<IsWanted> {
  if (folders.length === 0) throw wrong('folders to watch', 'none');
  for (const folder of folders) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) throw wrong('a folder to watch', shown(folder), 'Make it, or check the path.');
  }
  for (const extension of extensions ?? [])
    if (!/^\.[^./\\]+$/.test(extension)) throw wrong('an ending such as .json', shown(extension));
  const roots = folders.map((folder) => resolve(folder));
  const rules = ignore().add([...patterns]);
  const endings = extensions && new Set(extensions.map((each) => each.toLowerCase()));
  return (path, stats) => {
    const inside = roots.map((root) => relative(root, resolve(path))).find(isInside);
    if (inside === undefined || inside === '') return true;
    const name = inside.split(sep).join('/');
    if (rules.ignores(stats?.isDirectory() === true ? `${name}/` : name)) return false;
    return stats?.isFile() !== true || endings === undefined || endings.has(extname(path).toLowerCase());
  };
}

const isInside = (path: string): boolean => path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);

function checkTimes(times: Readonly<Record<string, number>>): void {
  for (const [name, ms] of Object.entries(times))
    if (!(Number.isFinite(ms) && ms >= 0)) throw wrong(`${name} to be at least 0 milliseconds`, shown(ms));
}

async function loadChokidar(): Promise<Chokidar> {
  try {
    return await import('chokidar');
  } catch (cause) {
    throw new OperationsError('PACKAGE_MISSING', 'Expected the package chokidar, which is not installed', {
      cause,
      hint: 'npm install chokidar',
    });
  }
}

function wrong(expected: string, found: string, hint?: string): OperationsError {
  return new OperationsError('INVALID_OPTION', `Expected ${expected}, got ${found}`, { hint });
}
