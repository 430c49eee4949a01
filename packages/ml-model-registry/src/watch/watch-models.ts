import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ModelError } from '../errors.ts';
import { AddLine } from './add-line.ts';
import { type Choice, isIgnored, isModelFile, modelExtensions } from './chosen.ts';
import type { ModelWatch, WatchModelsOptions } from './contract.ts';
import { Debounce } from './debounce.ts';

/**
 * Watches folders, and adds each model file that comes or changes as the next version of its model: inspected, one at a time, told to `onEvent`. A file that is refused is left alone
 * until it changes.
 *
 * @returns When all folders were looked through.
 * @throws {ModelError} `PACKAGE_MISSING` without chokidar; `INVALID_INPUT` for a folder that is none.
 *
 * @example
 * ```ts
 * import type { ModelRegistry } from '@x/ml-model-registry';
 * import { watchModels } from '@x/ml-model-registry/watch';
 *
 * export async function watch(registry: ModelRegistry, signal: AbortSignal): Promise<void> {
 *   await using _ = await watchModels({
 *     registry,
 *     folders: ['/srv/training/out'],
 *     extensions: ['.onnx', '.safetensors'],
 *     ignore: ['checkpoints'],
 *     onEvent: (event) => console.log(event),
 *   });
 *   await new Promise((resolve) => signal.addEventListener('abort', resolve));
 * }
 * ```
 */
export async function watchModels(options: WatchModelsOptions): Promise<ModelWatch> {
  const { watch } = await loadChokidar();
  const { debounce = 500, awaitWriteFinish = 2000, initial = true, onEvent } = options;
  const choice = await choiceOf(options);
  const line = new AddLine(options, choice.folders);
  const settling = new Debounce(debounce, (path) => line.push(path));
  const watcher = watch([...choice.folders], {
    ignored: (path, stats) => isIgnored(choice, path) || (stats?.isFile() === true && !isModelFile(choice, path)),
    ignoreInitial: !initial,
    followSymlinks: false,
    awaitWriteFinish: awaitWriteFinish > 0 && {
      stabilityThreshold: awaitWriteFinish,
      pollInterval: Math.min(100, awaitWriteFinish),
    },
  });
  const seen = (path: string): void => settling.touch(path);
  watcher.on('add', seen).on('change', seen);
  watcher.on('unlink', (path) => {
    settling.drop(path);
    line.drop(path);
  });
  watcher.on('error', (error) =>
    onEvent?.({ type: 'problem', message: error instanceof Error ? error.message : String(error) }),
  );
  await new Promise<void>((done) => watcher.once('ready', done));
  onEvent?.({ type: 'ready' });
  const close = async (): Promise<void> => {
    settling.close();
    await Promise.all([watcher.close(), line.close()]);
  };
  return {
    get waiting() {
      return settling.waiting + line.waiting;
    },
    async idle() {
      await settling.idle();
      await line.idle();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function choiceOf(options: WatchModelsOptions): Promise<Choice> {
  const { folders, extensions = modelExtensions, ignore = [] } = options;
  if (folders.length === 0) throw wrong('folders to watch', 'none');
  for (const folder of folders) {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true)
      throw wrong('a folder to watch', JSON.stringify(folder), 'Make it, or check the path.');
  }
  for (const extension of extensions) {
    if (!/^\.[^./\\]+$/.test(extension)) throw wrong('an ending such as .onnx', JSON.stringify(extension));
  }
  return {
    folders: folders.map((folder) => resolve(folder)),
    extensions: new Set(extensions.map((extension) => extension.toLowerCase())),
    ignore: new Set(ignore.map((each) => each.replaceAll('\\', '/').replace(/\/+$/, ''))),
  };
}

async function loadChokidar(): Promise<Pick<typeof import('chokidar'), 'watch'>> {
  try {
    return await import('chokidar');
  } catch (cause) {
    throw new ModelError('PACKAGE_MISSING', 'Expected the package chokidar, which is not installed', {
      cause,
      hint: 'npm install chokidar',
    });
  }
}

function wrong(expected: string, found: string, hint?: string): ModelError {
  return new ModelError('INVALID_INPUT', `Expected ${expected}, got ${found}`, { hint });
}
