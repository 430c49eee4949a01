import { LineCounter, parseDocument } from 'yaml';
import { VersioningError } from '../../errors.ts';
import { type Fields, invalidLockfile, isFields } from './place.ts';
import { readPlainYaml } from './plain-yaml.ts';

/** Reads the YAML of a lockfile. */
export function yamlFields(text: string, file: string): Fields {
  return readPlainYaml(text) ?? readAnyYaml(text, file);
}

/** All of YAML, several times slower. Exported for the test that compares both. */
export function readAnyYaml(text: string, file: string): Fields {
  const lineCounter = new LineCounter();
  // The check for keys that stand twice compares each with each: seconds for large lockfiles.
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: 'silent', lineCounter });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new VersioningError('INVALID_LOCKFILE', `Expected YAML at ${file}:${line}:${col}, got: ${error.message}`, {
      cause: error,
      hint: 'Let the package manager write the lockfile again; merges and edits by hand break it.',
    });
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new VersioningError('INVALID_LOCKFILE', `Expected YAML without far too many aliases in ${file}`, { cause });
  }
  if (isFields(value)) return value;
  throw invalidLockfile(file, 'a mapping', value);
}
