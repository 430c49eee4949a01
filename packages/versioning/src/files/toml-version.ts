import { shown } from '../errors.ts';
import { invalidVersionFile, type TextEdit, type VersionFile } from './text-edit.ts';
import { scanToml, type TomlEntry } from './toml-scanner.ts';

/** Keys of a TOML file that have the version of the release. */
export type TomlVersionPlaces = readonly (readonly string[])[];

/** Of `pyproject.toml`: PEP 621, and poetry's own table of old. */
export const PYPROJECT: TomlVersionPlaces = [
  ['project', 'version'],
  ['tool', 'poetry', 'version'],
];

/** Of `Cargo.toml`: that of the package, and the one that packages of a workspace share. */
export const CARGO: TomlVersionPlaces = [
  ['package', 'version'],
  ['workspace', 'package', 'version'],
];

/** Raises the versions that stand at keys of a TOML file; none when no key is there. */
export function planTomlVersion(file: VersionFile, version: string, places: TomlVersionPlaces): TextEdit[] {
  const entries = scanToml(file);
  return places.flatMap((place) => {
    const [entry, second] = entries.filter(({ path }) => isSame(path, place));
    // `{ workspace = true }` says that the version stands elsewhere.
    if (entry === undefined || file.text[entry.start] === '{') return [];
    if (second !== undefined) {
      throw invalidVersionFile(file, `one ${place.join('.')}`, { offset: second.keyStart, got: 'a second one' });
    }
    return [editOf(file, entry, version)];
  });
}

const isSame = (path: readonly string[], place: readonly string[]): boolean =>
  path.length === place.length && path.every((name, index) => name === place[index]);

function editOf(file: VersionFile, { path, start, end }: TomlEntry, version: string): TextEdit {
  const value = file.text.slice(start, end);
  const quote = value[0] ?? '';
  const isString = /^(?:"[^"\\\n]*"|'[^'\n]*')$/.test(value);
  if (isString) return { start, end, text: `${quote}${version}${quote}` };
  throw invalidVersionFile(file, `a string on one line at ${path.join('.')}`, { offset: start, got: shown(value) });
}
