import { basename, extname, relative, resolve, sep } from 'node:path';
import type { WatchedFile } from './contract.ts';

/** Endings of formats that are inspected; not `.json`, `.txt` and `.bin`, as most files that end so are no models. */
export const modelExtensions: readonly string[] = [
  '.gguf',
  '.h5',
  '.hdf5',
  '.joblib',
  '.keras',
  '.npy',
  '.npz',
  '.onnx',
  '.pb',
  '.pickle',
  '.pkl',
  '.pt',
  '.pth',
  '.safetensors',
  '.tflite',
  '.ubj',
];

/** Which files of folders count. */
export interface Choice {
  readonly folders: readonly string[];
  readonly extensions: ReadonlySet<string>;
  readonly ignore: ReadonlySet<string>;
}

/** Where a path lies in the folders; `undefined` when it is in none. */
export function placeOf(folders: readonly string[], path: string): WatchedFile | undefined {
  const absolute = resolve(path);
  for (const folder of folders) {
    const inside = relative(folder, absolute);
    if (inside === '') return { path: absolute, folder, relative: '' };
    if (inside !== '..' && !inside.startsWith(`..${sep}`) && resolve(folder, inside) === absolute) {
      return { path: absolute, folder, relative: inside.split(sep).join('/') };
    }
  }
  return undefined;
}

/** Whether a file or folder does not count by its name or path. */
export function isIgnored({ folders, ignore }: Choice, path: string): boolean {
  const place = placeOf(folders, path);
  if (place === undefined) return true;
  const names = place.relative === '' ? [] : place.relative.split('/');
  return names.some(
    (name, at) => name.startsWith('.') || ignore.has(name) || ignore.has(names.slice(0, at + 1).join('/')),
  );
}

/** Whether a file counts by its ending. */
export function isModelFile({ extensions }: Choice, path: string): boolean {
  return extensions.has(extname(path).toLowerCase());
}

/** `Price v2.ONNX` is the model `price-v2`. */
export function modelNameOf({ path }: WatchedFile): string {
  const name = basename(path, extname(path));
  return name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
    .slice(0, 64);
}
