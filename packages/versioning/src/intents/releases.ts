import { shown } from '../errors.ts';
import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  LineCounter,
  type Pair,
  parseDocument,
  type ParsedNode,
  type YAMLMap,
} from 'yaml';
import {
  type BumpLevel,
  CHANGE_TYPES,
  type ChangeTypes,
  isLevel,
  levelIfKnown,
  plainName,
} from '../version/change-types.ts';
import type { FileParts } from './front-matter.ts';
import { invalidIntent, type IntentRelease } from './intent.ts';

/** Where in a file something is read, and with which types. */
interface Reading {
  readonly file: string;
  readonly types: ChangeTypes | undefined;
  readonly lineOf: (node: unknown) => number;
}

/** npm allows no longer name. */
const LONGEST_NAME = 214;
const LONGEST_SECTION = 100;
/** How the manifest of pnpm's lockfiles names the root of a repository; no package has this name. */
const THE_ONLY_ONE = '.';

/**
 * Reads front matter. The nodes of the document are walked, and never become objects: names such as `__proto__` are names, all text is
 * text (YAML's failsafe schema), and what could grow (aliases) or means more than it shows (tags) is refused.
 */
export function readReleases(
  { frontMatter, line }: FileParts,
  { file, types }: { readonly file: string; readonly types?: ChangeTypes | undefined },
): readonly IntentRelease[] {
  const lineCounter = new LineCounter();
  // The check for keys that stand twice compares each with each: it is done below.
  const document = parseDocument(frontMatter, {
    schema: 'failsafe',
    uniqueKeys: false,
    prettyErrors: false,
    // 'silent' would pass over a second document.
    logLevel: 'error',
    lineCounter,
  });
  const lineAt = (offset: number): number => line - 1 + Math.max(1, lineCounter.linePos(offset).line);
  const lineOf = (node: unknown): number => lineAt((isNode(node) ? node.range?.[0] : undefined) ?? 0);
  const [error] = document.errors;
  if (error !== undefined) {
    throw invalidIntent(`${file}:${lineAt(error.pos[0])}`, { expected: 'YAML', got: error.message, cause: error });
  }
  const reading = { file, types, lineOf };
  const { contents } = document;
  if (contents === null) return [];
  if (isMap(contents)) return mappingOf(contents, reading);
  const only = textOf(contents, reading, 'packages, or one level or type of change');
  // What is left of a document that has only comments.
  return only === '' ? [] : [releaseOf(undefined, contents, reading)];
}

function mappingOf(map: YAMLMap.Parsed, reading: Reading): IntentRelease[] {
  const seen = new Set<string>();
  return plainMap(map, reading).items.map((pair) => {
    const name = keyOf(pair, reading, seen);
    if (name.trim() === '' || name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) {
      throw flaw(pair.key, reading, { expected: 'the name of a package', got: shown(name) });
    }
    return releaseOf(name === THE_ONLY_ONE ? undefined : name, pair.value ?? pair.key, reading, pair);
  });
}

/** The node stands for a level or a type, or is a mapping with more. */
function releaseOf(
  name: string | undefined,
  node: ParsedNode,
  reading: Reading,
  pair?: Pair<ParsedNode, ParsedNode | null>,
): IntentRelease {
  const line = reading.lineOf(pair?.key ?? node);
  const of = name === undefined ? '' : ` for ${JSON.stringify(name)}`;
  const expected = `a level or type of change${of}`;
  if (pair !== undefined && pair.value === null) throw flaw(node, reading, { expected, got: 'nothing' });
  if (!isMap(node)) {
    return { package: name, ...meaningOf(node, reading, expected), section: undefined, line };
  }
  const fields = fieldsOf(node, reading);
  const [type, level, section] = ['type', 'level', 'section'].map((field) => fields.get(field));
  if (type === undefined && level === undefined) throw flaw(node, reading, { expected, got: 'neither' });
  const meant = type === undefined ? undefined : meaningOf(type, reading, expected);
  return {
    package: name,
    type: meant?.type,
    level: level === undefined ? (meant?.level ?? 'none') : levelOf(level, reading),
    section: section === undefined ? undefined : sectionOf(section, reading),
    line,
  };
}

function fieldsOf(map: YAMLMap.Parsed, reading: Reading): ReadonlyMap<string, ParsedNode> {
  const seen = new Set<string>();
  const fields = plainMap(map, reading).items.map((pair) => {
    const field = keyOf(pair, reading, seen);
    if (field === 'type' || field === 'level' || field === 'section') return [field, pair.value ?? pair.key] as const;
    throw flaw(pair.key, reading, { expected: 'type, level or section', got: shown(field) });
  });
  return new Map(fields);
}

/** `minor`, `fix`, or `feat!` for a type that breaks something. */
function meaningOf(node: ParsedNode, reading: Reading, expected: string): Pick<IntentRelease, 'level' | 'type'> {
  const text = textOf(node, reading, expected);
  const name = plainName(text);
  if (isLevel(name)) return { level: name, type: undefined };
  const type = text.endsWith('!') ? text.slice(0, -1) : text;
  const level = levelIfKnown(type, reading.types);
  if (level === undefined) {
    const known = Object.keys({ ...reading.types, ...CHANGE_TYPES }).join(', ');
    const hint = /^pre(?:major|minor|patch|release)$/.test(name)
      ? 'Name the level alone: whether it is a pre-release is said when it is released.'
      : `major, minor, patch, none, or a type: ${known}, or one of a table of your own.`;
    throw flaw(node, reading, { expected, got: shown(text), hint });
  }
  return { level: type === text ? level : 'major', type };
}

function levelOf(node: ParsedNode, reading: Reading): BumpLevel {
  const text = textOf(node, reading, 'a level');
  const level = plainName(text);
  if (isLevel(level)) return level;
  throw flaw(node, reading, { expected: 'major, minor, patch or none', got: shown(text) });
}

/** It stands in a heading of the changelog as it is. */
function sectionOf(node: ParsedNode, reading: Reading): string {
  const text = textOf(node, reading, 'the title of a section').trim();
  if (text !== '' && text.length <= LONGEST_SECTION && /^[\p{L}\p{N}][\p{L}\p{M}\p{N} &'’/,.()-]*$/u.test(text))
    return text;
  throw flaw(node, reading, { expected: 'the title of a section in plain words', got: shown(text) });
}

function keyOf({ key }: Pair<ParsedNode, ParsedNode | null>, reading: Reading, seen: Set<string>): string {
  const text = textOf(key, reading, 'a name');
  if (seen.has(text)) throw flaw(key, reading, { expected: 'every name once', got: `${shown(text)} again` });
  seen.add(text);
  return text;
}

function textOf(node: ParsedNode, reading: Reading, expected: string): string {
  if (isAlias(node)) throw flaw(node, reading, { expected, got: 'an alias' });
  if (!isScalar(node)) throw flaw(node, reading, { expected, got: isMap(node) ? 'a mapping' : 'a list' });
  plain(node, reading);
  return String(node.value);
}

function plainMap(map: YAMLMap.Parsed, reading: Reading): YAMLMap.Parsed {
  plain(map, reading);
  return map;
}

function plain(node: { readonly anchor?: string; readonly tag?: string }, reading: Reading): void {
  if (node.anchor === undefined && node.tag === undefined) return;
  const got = node.anchor === undefined ? `the tag ${node.tag}` : `the anchor ${node.anchor}`;
  throw flaw(node, reading, { expected: 'YAML without anchors and tags', got });
}

function flaw(node: unknown, { file, lineOf }: Reading, about: Parameters<typeof invalidIntent>[1]): Error {
  return invalidIntent(`${file}:${lineOf(node)}`, about);
}
