/** A mapping that is being read: names become members, and one may be `__proto__`. */
type Mapping = Record<string, unknown>;

interface Line {
  readonly depth: number;
  readonly body: string;
  /** The text below `key: |-`. */
  readonly block?: string;
}

interface Cursor {
  readonly lines: readonly Line[];
  at: number;
}

/** Not YAML's plainest part; `yaml` reads it then, or says what is wrong. */
class NotPlain extends Error {}

const KEY =
  /^(?:'((?:[^']|'')*)'|"([^"\\]*)"|([^\s'"[\]{}#&*!|>%@`,?:-](?:[^:#]|:(?! |$)|(?<! )#)*(?<!\s))):(?: (.*))?$/;
/** Texts that YAML 1.2 reads as something else than text. */
const OTHER =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const INTEGER = /^(?:0|[1-9][0-9]{0,14})$/;
/** Deeper than any lockfile; what goes deeper is left to `yaml`. */
const DEEPEST = 16;

/**
 * Reads the part of YAML that package managers write: mappings in lines, mappings and lists in one line, lists of texts, and
 * texts on one line.
 *
 * Lockfiles of thousands of packages are nothing else, and are read about eight times faster so. Anything more gives `undefined`
 * instead of a guess: then the `yaml` package reads it, and a test holds the two together.
 */
export function readPlainYaml(text: string): Mapping | undefined {
  try {
    const cursor: Cursor = { lines: linesOf(text), at: 0 };
    const mapping = readMapping(cursor, 0, 0);
    return cursor.at === cursor.lines.length ? mapping : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function linesOf(text: string): Line[] {
  // Of control characters only the end of a line; tabs may be YAML, but are not its plainest part.
  if (/[^\P{Cc}\n]|[\u2028\u2029\ufeff]/u.test(text)) throw new NotPlain();
  const lines: Line[] = [];
  const rows = text.split('\n');
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at] ?? '';
    const body = row.trim();
    if (body === '' || body.startsWith('#')) continue;
    if (row === '---' || row === '...') throw new NotPlain();
    const depth = row.length - row.trimStart().length;
    if (!body.endsWith(': |-')) {
      lines.push({ depth, body });
      continue;
    }
    const { block, end } = readBlock(rows, at + 1, depth);
    lines.push({ depth, body, block });
    at = end - 1;
  }
  return lines;
}

/** Rows that are deeper than their key, or empty, are its text; the first says by how much. */
function readBlock(rows: readonly string[], start: number, depth: number): { block: string; end: number } {
  const first = rows[start] ?? '';
  const indent = first.length - first.trimStart().length;
  if (first.trim() === '' || indent <= depth) throw new NotPlain();
  let end = start;
  const kept: string[] = [];
  for (let row = rows[end]; row !== undefined; row = rows[end]) {
    const isEmpty = row.trim() === '';
    const isInside = row.startsWith(' '.repeat(indent));
    if (!isEmpty && !isInside && row.length - row.trimStart().length > depth) throw new NotPlain();
    if (isEmpty && row.length > indent) throw new NotPlain();
    if (!isEmpty && !isInside) break;
    kept.push(row.slice(indent));
    end += 1;
  }
  return { block: kept.join('\n').replace(/\n+$/, ''), end };
}

function readMapping(cursor: Cursor, depth: number, level: number): Mapping {
  if (level > DEEPEST) throw new NotPlain();
  const mapping: Mapping = {};
  for (let line = cursor.lines[cursor.at]; line !== undefined && line.depth >= depth; line = cursor.lines[cursor.at]) {
    if (line.depth > depth) throw new NotPlain();
    const [, single, double, plain, value = ''] = KEY.exec(line.body) ?? [];
    const key = single?.replaceAll("''", "'") ?? double ?? plain;
    if (key === undefined) throw new NotPlain();
    cursor.at += 1;
    checkKey(plain);
    put(mapping, key, line.block ?? (value === '' ? readBelow(cursor, depth, level) : readValue(value.trimStart())));
  }
  return mapping;
}

/** A key without quotes that YAML reads as `null` or as a number becomes the text of that: of `1.0` it is `1`. */
function checkKey(plain: string | undefined): void {
  if (plain !== undefined && OTHER.test(plain) && !INTEGER.test(plain)) throw new NotPlain();
}

function put(mapping: Mapping, key: string, value: unknown): void {
  if (Object.hasOwn(mapping, key)) throw new NotPlain();
  if (key === '__proto__')
    Object.defineProperty(mapping, key, { value, writable: true, enumerable: true, configurable: true });
  else mapping[key] = value;
}

/** What stands below `key:`; nothing is `null`. */
function readBelow(cursor: Cursor, depth: number, level: number): unknown {
  const next = cursor.lines[cursor.at];
  if (next === undefined) return null;
  if (next.body.startsWith('- ') && next.depth >= depth) return readList(cursor, next.depth);
  return next.depth > depth ? readMapping(cursor, next.depth, level + 1) : null;
}

function readList(cursor: Cursor, depth: number): unknown[] {
  const list: unknown[] = [];
  for (let line = cursor.lines[cursor.at]; line !== undefined && line.depth >= depth; line = cursor.lines[cursor.at]) {
    if (line.depth > depth) throw new NotPlain();
    if (!line.body.startsWith('- ')) break;
    const item = line.body.slice(2);
    if (KEY.test(item)) throw new NotPlain();
    cursor.at += 1;
    list.push(readValue(item));
  }
  return list;
}

function readValue(text: string): unknown {
  if (text.startsWith('{') || text.startsWith('[')) return readFlow(text);
  return readScalar(text);
}

function readScalar(text: string): unknown {
  if (text.startsWith("'")) {
    if (!/^'(?:[^']|'')*'$/.test(text)) throw new NotPlain();
    return text.slice(1, -1).replaceAll("''", "'");
  }
  if (text.startsWith('"')) {
    if (!/^"[^"\\]*"$/.test(text)) throw new NotPlain();
    return text.slice(1, -1);
  }
  // What begins with a sign of YAML's own, or has a comment or a key inside, is left to `yaml`.
  if (/^[[\]{}#&*!|>%@`,]|^[-?:](?: |$)|: |:$| #/.test(text)) throw new NotPlain();
  if (!OTHER.test(text)) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  if (INTEGER.test(text)) return Number(text);
  throw new NotPlain();
}

/** `{a: 1, b: [x, y]}` in one line, without quotes inside but around whole values. */
const FLOW_PART =
  /\s*(?:'((?:[^']|'')*)'|([^\s'"[\]{},:&*!|>%@`#?-](?:[^\s,[\]{}:#]|:(?![\s,[\]{}])|(?<!\s)#| (?![#:]))*))\s*/y;

function readFlow(text: string): unknown {
  const reader = { text, at: 0 };
  const value = flowValue(reader);
  if (reader.at !== text.length) throw new NotPlain();
  return value;
}

interface FlowReader {
  readonly text: string;
  at: number;
}

function flowValue(reader: FlowReader): unknown {
  const open = reader.text[reader.at];
  if (open === '[') return flowList(reader);
  if (open === '{') return flowMapping(reader);
  const { single, plain } = flowPart(reader);
  return single ?? readScalar(plain ?? '');
}

function flowPart(reader: FlowReader): { single?: string | undefined; plain?: string | undefined } {
  FLOW_PART.lastIndex = reader.at;
  const match = FLOW_PART.exec(reader.text);
  if (match === null) throw new NotPlain();
  reader.at = FLOW_PART.lastIndex;
  return { single: match[1]?.replaceAll("''", "'"), plain: match[2]?.trimEnd() };
}

/** Steps over `, ` or the closing sign; says whether that was it. */
function flowEnds(reader: FlowReader, close: string): boolean {
  const sign = reader.text[reader.at];
  reader.at += 1;
  if (sign === close) return true;
  if (sign !== ',') throw new NotPlain();
  while (reader.text[reader.at] === ' ') reader.at += 1;
  return false;
}

/** Steps over the closing sign where it follows the opening one. */
function closesAtOnce(reader: FlowReader, close: string): boolean {
  if (reader.text[reader.at] !== close) return false;
  reader.at += 1;
  return true;
}

function flowList(reader: FlowReader): unknown[] {
  const list: unknown[] = [];
  reader.at += 1;
  if (closesAtOnce(reader, ']')) return list;
  do {
    // Lists and mappings in lists occur in no lockfile.
    const { single, plain } = flowPart(reader);
    list.push(single ?? readScalar(plain ?? ''));
  } while (!flowEnds(reader, ']'));
  return list;
}

function flowMapping(reader: FlowReader): Mapping {
  const mapping: Mapping = {};
  reader.at += 1;
  if (closesAtOnce(reader, '}')) return mapping;
  do {
    const { single, plain } = flowPart(reader);
    if (reader.text.slice(reader.at, reader.at + 2) !== ': ') throw new NotPlain();
    reader.at += 2;
    checkKey(plain);
    // Mappings in mappings of one line occur in no lockfile.
    if (reader.text[reader.at] === '{') throw new NotPlain();
    put(mapping, single ?? plain ?? '', flowValue(reader));
  } while (!flowEnds(reader, '}'));
  return mapping;
}
