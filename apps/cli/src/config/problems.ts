import { A_DURATION } from './duration.ts';
import { placeAt } from './json-place.ts';
import { describedAt, knownKeys } from './known-keys.ts';
import { suggestion } from './suggestion.ts';

/** One thing that is wrong with a configuration file. */
export interface ConfigProblem {
  /** The field, as `sources.paths[0]`; empty for the file as a whole. */
  readonly path: string;
  /** The same in parts, for where it stands in the file. */
  readonly parts?: readonly PropertyKey[] | undefined;
  readonly message: string;
  /** Where it stands in the file, counted from 1. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly hint?: string | undefined;
}

/** The part of a zod issue that messages are made of. */
export interface Issue {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly expected?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly values?: readonly unknown[] | undefined;
  readonly minimum?: number | bigint | undefined;
  readonly maximum?: number | bigint | undefined;
  readonly origin?: string | undefined;
  /** Of what may be of several kinds: what each of them complains of, with paths that begin there. */
  readonly errors?: readonly (readonly Issue[])[] | undefined;
}

/** A path as people write it: `sources.paths[0]`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text;
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content;
  for (const part of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[part];
  return value;
}

function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}..."`;
}

const NOUNS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  boolean: 'true or false',
};

/** What may be of several kinds is one of these, or has a sentence of its own. */
function expectationOfKinds({ path, errors = [] }: Issue): string {
  if (path[0] === 'retention') return 'a policy: a text as "7d 4w 12m", or an object';
  return errors.flatMap((kind) => kind.slice(0, 1).map(expectation)).join(', or ');
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_value') {
    const values = (issue.values ?? []).map((value) => JSON.stringify(value)).join(', ');
    return issue.values?.length === 1 ? values : `one of ${values}`;
  }
  // Nothing but durations has a pattern.
  if (issue.code === 'invalid_format') return A_DURATION;
  if (issue.code === 'invalid_union') return expectationOfKinds(issue);
  if (issue.code === 'too_small')
    return issue.origin === 'string' ? 'a text that is not empty' : `at least ${String(issue.minimum)}`;
  if (issue.code === 'too_big') return `at most ${String(issue.maximum)}`;
  return NOUNS[issue.expected ?? ''] ?? issue.expected ?? 'another value';
}

function unknownKey(issue: Issue, key: string, schema: unknown): ConfigProblem {
  const parts = [...issue.path, key];
  const path = pathText(parts);
  if (/^(.*passphrase|.*password|.*secret|key|recoverycode)$/i.test(key)) {
    return {
      path,
      parts,
      message: `Expected no secret in the configuration, got the key ${JSON.stringify(path)}`,
      hint: 'Keep secrets in files of their own and name these with keyFile or passphraseFile.',
    };
  }
  const known = knownKeys(schema, issue.path);
  const meant = suggestion(key, known);
  return {
    path,
    parts,
    message: `Expected a known key, got ${JSON.stringify(path)}`,
    hint:
      meant === undefined
        ? `Known here: ${known.join(', ')}.`
        : `Did you mean ${JSON.stringify(pathText([...issue.path, meant]))}?`,
  };
}

/** Of what may be of several kinds: what is wrong inside of the kind that was meant, if it is plain which one. */
function inside(issue: Issue): readonly Issue[] {
  const meant = issue.errors?.find((kind) => kind.every(({ path }) => path.length > 0));
  return meant === undefined
    ? [issue]
    : meant.flatMap((each) => inside({ ...each, path: [...issue.path, ...each.path] }));
}

/** What may stand there. */
function hintAt({ path }: Issue, schema: unknown): string | undefined {
  const known = knownKeys(schema, path);
  return known.length > 0 ? `Known here: ${known.join(', ')}.` : describedAt(schema, path);
}

/** Issues of the schema as messages: where, what was expected, what was found. */
export function problemsOf(
  issues: readonly Issue[],
  { content, schema }: { readonly content: unknown; readonly schema: unknown },
): readonly ConfigProblem[] {
  return issues.flatMap(inside).flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return (issue.keys ?? []).map((key) => unknownKey(issue, key, schema));
    const path = pathText(issue.path);
    const subject = path === '' ? 'the configuration' : path;
    return [
      {
        path,
        parts: issue.path,
        message: `Expected ${subject} to be ${expectation(issue)}, got ${described(valueAt(content, issue.path))}`,
        hint: hintAt(issue, schema),
      },
    ];
  });
}

/** What is wrong with a text that is not JSON, with line and column where the parser names a position. */
export function jsonProblem(text: string, error: Error): ConfigProblem {
  const position = /at position (\d+)/.exec(error.message)?.[1];
  const { line, column } = placeAt(text, position === undefined ? text.length : Number(position));
  return {
    path: '',
    message: `Expected JSON, got something else at line ${line}, column ${column}`,
    line,
    column,
    hint: 'JSON has double quotes around keys and texts, no comments, and no comma after the last item.',
  };
}
