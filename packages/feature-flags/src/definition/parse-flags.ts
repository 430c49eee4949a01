import { FlagError, type FlagProblem, shown } from '../errors.ts';
import { problemsIn } from './check-definitions.ts';
import { attributed } from './inspect.ts';
import { invalidFlags } from './invalid-flags.ts';
import { jsonFlaw } from './json-flaw.ts';
import { locateJson, type RepeatedName, repeatedNames } from './json-position.ts';
import type { FlagDefinitions } from './model.ts';
import { type Parsed, syntaxError } from './parsed.ts';
import { parseYaml } from './parse-yaml.ts';
import { rememberProblems } from './remembered.ts';

/** Options of {@link parseFlags}. */
export interface ParseFlagsOptions {
  /** Default: JSON if it begins like an object of it, else YAML. */
  readonly format?: 'json' | 'yaml' | undefined;
  /**
   * Whether one mistake refuses the text. Default: false - a mistake in a flag is that of the flag, and `createFlags` refuses that one. Programs that work on definitions
   * themselves want none that are wrong.
   */
  readonly strict?: boolean | undefined;
}

/** Larger files are refused before they are parsed. */
const MOST_BYTES = 10 * 1024 * 1024;

/**
 * Reads flags from JSON or YAML 1.2. Everything that is wrong is named with its line and column: by the error if the text is refused, else by the
 * `findings` of the flags that are made of the definitions, or by `checkDefinitions`.
 *
 * @throws {FlagError} `INVALID_FLAGS` for what is neither JSON nor YAML, or wrong in a part that is no flag, segment or evaluator; when `strict`, for anything that
 * is wrong. `FLAGS_TOO_LARGE` above 10 MiB.
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { createFlags, parseFlags } from '@x/feature-flags';
 *
 * const flags = createFlags({ definition: await parseFlags(await readFile('flags.yaml', 'utf8')) });
 * ```
 */
export async function parseFlags(text: string, options: ParseFlagsOptions = {}): Promise<FlagDefinitions> {
  if (typeof text !== 'string') {
    const message = `Expected a text, got ${shown(text)}`;
    throw new FlagError('INVALID_FLAGS', message, {
      problems: [{ path: '', message, code: 'SYNTAX' }],
      hint: 'Pass what the file says: bytes have to be decoded first.',
    });
  }
  const size = new TextEncoder().encode(text).length;
  if (size > MOST_BYTES) {
    throw new FlagError('FLAGS_TOO_LARGE', `Expected flags of at most ${MOST_BYTES} bytes, got ${size}`, {
      hint: 'Split them into several files, or move lists of tenants into segments.',
    });
  }
  const plain = text.replace(/^\uFEFF/, '');
  const format = options.format ?? (/^\s*\{/.test(plain) ? 'json' : 'yaml');
  const { value, repeated, locate } = format === 'json' ? parseJson(plain) : await parseYaml(plain);
  const found = problemsIn(value);
  if (found.length + repeated.length === 0) return value as FlagDefinitions;
  const problems = placed(found, repeated, locate);
  const definitions = value as FlagDefinitions;
  if (options.strict === true || attributed(definitions, problems).isRefused) throw invalidFlags(problems);
  rememberProblems(definitions, problems);
  return definitions;
}

/** Problems with their places, in the order of the text. */
function placed(
  found: readonly FlagProblem[],
  repeated: readonly RepeatedName[],
  locate: Parsed['locate'],
): readonly FlagProblem[] {
  const position = locate(found.map(({ path }) => path));
  const message = 'Expected each name once in an object, got this one again';
  const again = repeated.map(
    ({ pointer: path, line, column }) => ({ path, message, code: 'REPEATED_NAME', line, column }) as const,
  );
  const problems = found.map((problem) => ({ ...problem, ...position(problem.path) }));
  return [...again, ...problems].toSorted((a, b) => a.line - b.line || a.column - b.column);
}

/** The format that the name of a file says; `undefined` if it says none. */
export function flagsFormatOf(file: string): 'json' | 'yaml' | undefined {
  if (/\.ya?ml$/i.test(file)) return 'yaml';
  return /\.json$/i.test(file) ? 'json' : undefined;
}

/** JSON, which `parseYaml` could read as well, twenty times as slowly. */
function parseJson(text: string): Parsed {
  const value = valueOf(text);
  return { value, repeated: repeatedNames(text, value), locate: (pointers) => locateJson(text, pointers) };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw syntaxError({ message: 'Expected JSON, got something else', ...jsonFlaw(text) }, cause);
  }
}
