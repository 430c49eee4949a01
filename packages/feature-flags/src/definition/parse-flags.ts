import { FlagError, type FlagProblem, shown } from '../errors.ts';
import { invalidFlags } from './invalid-flags.ts';
import { checkDefinitions } from './check-definitions.ts';
import { jsonFlaw, locateJson, type Position, repeatedName } from './json-position.ts';
import type { FlagDefinitions } from './model.ts';
import { pathOf } from './path.ts';

/** Options of {@link parseFlags}. */
export interface ParseFlagsOptions {
  /** Default: JSON if it begins like an object of it, else YAML. */
  readonly format?: 'json' | 'yaml' | undefined;
}

/** Larger files are refused before they are parsed. */
const MOST_BYTES = 10 * 1024 * 1024;

/**
 * Reads flags from JSON or YAML 1.2. Everything that is wrong is named with its line and column.
 *
 * @throws {FlagError} `INVALID_FLAGS`; `FLAGS_TOO_LARGE` above 10 MiB.
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
      problems: [{ path: '', message }],
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
  const { value, locate } = format === 'json' ? parseJson(plain) : await parseYaml(plain);
  const problems = checkDefinitions(value);
  if (problems.length > 0) throw invalidFlags(problems.map((problem) => ({ ...problem, ...locate(problem.path) })));
  return value as FlagDefinitions;
}

/** The format that the name of a file says; `undefined` if it says none. */
export function flagsFormatOf(file: string): 'json' | 'yaml' | undefined {
  if (/\.ya?ml$/i.test(file)) return 'yaml';
  return /\.json$/i.test(file) ? 'json' : undefined;
}

/** A text that was parsed, and where in it things stand. */
interface Parsed {
  readonly value: unknown;
  readonly locate: (pointer: string) => Position;
}

function parseJson(text: string): Parsed {
  const value = valueOf(text);
  const repeated = repeatedName(text, value);
  if (repeated !== undefined) {
    const { pointer: path, line, column } = repeated;
    throw invalidFlags([{ path, message: 'Expected each name once in an object, got this one again', line, column }]);
  }
  return { value, locate: (pointer) => locateJson(text, pointer) };
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw syntaxError({ path: '', message: 'Expected JSON, got something else', ...jsonFlaw(text) }, cause);
  }
}

async function parseYaml(text: string): Promise<Parsed> {
  // Only those who write YAML load it.
  const { isNode, isScalar, LineCounter, parseDocument, visit } = await import('yaml');
  const lineCounter = new LineCounter();
  // Its own look for keys that stand twice compares each with each.
  const document = parseDocument(text, { lineCounter, uniqueKeys: false, prettyErrors: false });
  const positionOf = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const [error] = document.errors;
  if (error !== undefined) {
    const message = `Expected YAML, got something else: ${error.message}`;
    throw syntaxError({ path: '', message, ...positionOf(error.pos[0]) }, error);
  }
  visit(document, {
    Map(_, { items }) {
      const names = new Set<string>();
      for (const { key } of items) {
        const name = String(isScalar(key) ? key.value : key);
        if (names.has(name)) {
          const position = isNode(key) && key.range ? positionOf(key.range[0]) : {};
          throw syntaxError(
            { path: '', message: `Expected YAML with names that stand once, got ${shown(name)} twice`, ...position },
            undefined,
          );
        }
        names.add(name);
      }
    },
  });
  try {
    const locate = (pointer: string): Position => {
      const path = pathOf(pointer);
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return positionOf(node.range[0]);
      }
      return { line: 1, column: 1 };
    };
    // A few aliases are fine; those that grow without bounds are not.
    return { value: document.toJS({ maxAliasCount: 100 }), locate };
  } catch (cause) {
    throw syntaxError({ path: '', message: `Expected YAML, got something else: ${(cause as Error).message}` }, cause);
  }
}

function syntaxError(problem: FlagProblem, cause: unknown): FlagError {
  const { message, hint } = invalidFlags([problem]);
  return new FlagError('INVALID_FLAGS', message, { cause, hint, problems: [problem] });
}
