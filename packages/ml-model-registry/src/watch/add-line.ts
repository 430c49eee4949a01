import { lstat } from 'node:fs/promises';
import { ModelError } from '../errors.ts';
import { modelNameOf, placeOf } from './chosen.ts';
import type { ModelWatchEvent, WatchedFile, WatchModelsOptions } from './contract.ts';

/** Files that wait to be added: one at a time, each once however often it changes meanwhile. */
export class AddLine {
  readonly #options: WatchModelsOptions;
  readonly #folders: readonly string[];
  readonly #waiting = new Set<string>();
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #current: string | undefined;

  constructor(options: WatchModelsOptions, folders: readonly string[]) {
    this.#options = options;
    this.#folders = folders;
  }

  get waiting(): number {
    return this.#waiting.size + (this.#current === undefined ? 0 : 1);
  }

  /** Puts a file in line. */
  push(path: string): void {
    if (this.#stop.signal.aborted) return;
    this.#waiting.add(path);
    this.#running ??= this.#run();
  }

  /** Takes a file that is gone out of line. */
  drop(path: string): void {
    this.#waiting.delete(path);
  }

  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Leaves what waits, waits for the add that has begun, and ends a validation. */
  async close(): Promise<void> {
    this.#stop.abort();
    this.#waiting.clear();
    await this.idle();
  }

  async #run(): Promise<void> {
    // What runs has to be known as running before its first line does anything.
    await Promise.resolve();
    for (const path of this.#waiting) {
      this.#waiting.delete(path);
      this.#current = path;
      await this.#add(path);
      this.#current = undefined;
    }
    this.#running = undefined;
  }

  async #add(path: string): Promise<void> {
    const file = placeOf(this.#folders, path);
    // A link is told like a file, and would be read where it leads to.
    if (file === undefined || (await isLink(path))) return;
    const { registry, modelOf = modelNameOf, factsOf } = this.#options;
    let model = '';
    try {
      model = modelOf(file);
      const facts = (await factsOf?.(file)) ?? { change: 'retrain' };
      const { version, isNew } = await registry.add(model, path, facts);
      this.#tell({ type: isNew ? 'added' : 'unchanged', path, model, version: version.version });
      if (isNew) await this.#validate({ path, model, version: version.version });
    } catch (error) {
      this.#tell(refusal(error, file, model));
    }
  }

  /** The version is there, whatever comes of it. */
  async #validate(added: { readonly path: string; readonly model: string; readonly version: string }): Promise<void> {
    const { registry, validate = false } = this.#options;
    if (validate === false) return;
    const { model, version } = added;
    try {
      const options = { ...(validate === true ? {} : validate), signal: this.#stop.signal };
      const { status, loadTest } = await registry.validate(model, version, options);
      this.#tell({ type: 'validated', ...added, status, detail: loadTest.detail });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#tell({ type: 'problem', message: `Expected to validate ${model} ${version}, got ${why}` });
    }
  }

  #tell(event: ModelWatchEvent): void {
    this.#options.onEvent?.(event);
  }
}

async function isLink(path: string): Promise<boolean> {
  const stats = await lstat(path).catch(() => undefined);
  return stats?.isSymbolicLink() === true;
}

function refusal(error: unknown, { path }: WatchedFile, model: string): ModelWatchEvent {
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'UNKNOWN';
  const details = error instanceof ModelError ? (error.details ?? []) : [];
  return { type: 'refused', path, model, code, message, details };
}
