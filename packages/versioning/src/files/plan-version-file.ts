import { shown } from '../errors.ts';
import { parseVersion } from '../version/parse-version.ts';
import { planJsonVersion } from './json-version.ts';
import { planMarkedVersions, VERSION_MARK } from './marked-version.ts';
import { applyTextEdits, invalidVersionFile, type TextEdit, type VersionFile } from './text-edit.ts';
import { CARGO, planTomlVersion, PYPROJECT } from './toml-version.ts';

const MARK = '\uFEFF';

/**
 * The text of a file with the version raised, and all else as it was, byte for byte.
 *
 * | file                                       | what is raised                                                                 |
 * | ------------------------------------------ | ------------------------------------------------------------------------------ |
 * | `package.json`                             | `version`; it is added below `name` where it is missing                        |
 * | `package-lock.json`, `npm-shrinkwrap.json` | `version` and `packages[""].version`                                           |
 * | other `*.json`                             | `version`, which must be there                                                 |
 * | `pyproject.toml`                           | `project.version` and `tool.poetry.version`, and marked lines                  |
 * | `Cargo.toml`                               | `package.version` and `workspace.package.version`, and marked lines            |
 * | `VERSION`, `VERSION.txt`                   | the whole text, but for a `v` before it and blanks                             |
 * | any other                                  | the version in each line that has `x-release-version` in a comment             |
 *
 * The mark `x-release-version` stands in a comment behind the version, or alone in the line above.
 *
 * @param path Relative to the workspace; its last name tells the kind of file.
 * @param text The file as it is.
 * @param version The new version, of SemVer 2.0.0.
 * @throws {VersioningError} `INVALID_VERSION_FILE` with the file, the line and what was expected; `INVALID_VERSION`.
 * @example
 * ```ts
 * import { planVersionFile } from '@x/versioning';
 *
 * planVersionFile('package.json', '{ "name": "tools", "version": "1.2.0" }', '1.3.0');
 * planVersionFile('src/version.ts', "export const VERSION = '1.2.0'; // x-release-version\n", '1.3.0');
 * ```
 */
export function planVersionFile(path: string, text: string, version: string): string {
  parseVersion(version);
  const mark = text.startsWith(MARK) ? MARK : '';
  const file = { path, text: text.slice(mark.length) };
  return `${mark}${applyTextEdits(file.text, editsOf(file, version))}`;
}

function editsOf(file: VersionFile, version: string): readonly TextEdit[] {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1);
  switch (name) {
    case 'package.json':
      return planJsonVersion(file, version, { isAdded: true, hasCopy: false });
    case 'package-lock.json':
    case 'npm-shrinkwrap.json':
      return planJsonVersion(file, version, { isAdded: true, hasCopy: true });
    case 'pyproject.toml':
      return some(
        file,
        [...planTomlVersion(file, version, PYPROJECT), ...planMarkedVersions(file, version)],
        PYPROJECT_HAS,
      );
    case 'Cargo.toml':
      return some(file, [...planTomlVersion(file, version, CARGO), ...planMarkedVersions(file, version)], CARGO_HAS);
    default:
      if (/^version(?:\.txt)?$/i.test(name)) return planPlainVersion(file, version);
      if (name.endsWith('.json')) return planJsonVersion(file, version, { isAdded: false, hasCopy: false });
      return some(file, planMarkedVersions(file, version), `a line with ${VERSION_MARK} in a comment`);
  }
}

const PYPROJECT_HAS = 'project.version or tool.poetry.version';
const CARGO_HAS = 'package.version or workspace.package.version';

function some(file: VersionFile, edits: readonly TextEdit[], expected: string): readonly TextEdit[] {
  if (edits.length > 0) return edits;
  throw invalidVersionFile(file, expected, {
    got: 'none',
    hint: `Where the version stands elsewhere, put ${VERSION_MARK} in a comment of that line.`,
  });
}

/** A file that holds a version and nothing else. The old one may be of any form: Python's `1.2.0b1`. */
function planPlainVersion(file: VersionFile, version: string): TextEdit[] {
  const { text } = file;
  const old = text.trim();
  if (!/^v?\d\S*$/.test(old)) {
    throw invalidVersionFile(file, 'a version and nothing else', {
      offset: 0,
      got: old === '' ? 'nothing' : shown(old),
    });
  }
  const start = text.indexOf(old) + (old.startsWith('v') ? 1 : 0);
  return [{ start, end: text.trimEnd().length, text: version }];
}
