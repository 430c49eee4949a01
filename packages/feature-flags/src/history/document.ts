import type { Document } from 'yaml';
import { parseFlags } from '../definition/parse-flags.ts';
import type { FlagDefinitions } from '../definition/model.ts';
import { isSame } from './changes.ts';

/** Flags as somebody wrote them, with their comments. */
export interface FlagDocument {
  readonly format: 'json' | 'yaml';
  readonly text: string;
}

export const EMPTY_DOCUMENT: FlagDocument = { format: 'json', text: '{\n  "flags": {}\n}\n' };

type Members = Readonly<Record<string, unknown>>;

/**
 * The document that says `after` instead of `before`. What did not change stays as it was written, with comments and order;
 * JSON keeps its indentation.
 *
 * @throws {FlagError} `INVALID_FLAGS`, `FLAGS_TOO_LARGE`: of what would come out.
 */
export async function rewritten(
  document: FlagDocument,
  before: FlagDefinitions,
  after: FlagDefinitions,
): Promise<FlagDocument> {
  const { format } = document;
  const text = format === 'json' ? jsonText(after, document.text) : await yamlText(document.text, before, after);
  await parseFlags(text, { format });
  return { format, text };
}

function jsonText(value: unknown, like: string): string {
  const [, indent = '  '] = /^[[{]\r?\n([ \t]+)\S/.exec(like) ?? [];
  return `${JSON.stringify(value, undefined, indent)}\n`;
}

async function yamlText(text: string, before: FlagDefinitions, after: FlagDefinitions): Promise<string> {
  const { parseDocument, stringify } = await import('yaml');
  const document = parseDocument(text);
  const layout = { lineWidth: 0 };
  try {
    const plain = JSON.parse(JSON.stringify(after)) as FlagDefinitions;
    rewrite(document, [], before as unknown as Members, plain as unknown as Members);
    const written = document.toString(layout);
    // Where aliases are about, a change in one place may be one in another.
    if (isSame(parseDocument(written).toJS({ maxAliasCount: 100 }), plain)) return written;
  } catch {
    // A part that is an alias can't be changed in place.
  }
  return stringify(after, layout);
}

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function rewrite(document: Document, path: readonly string[], before: Members, after: Members): void {
  for (const name of Object.keys(before)) if (!Object.hasOwn(after, name)) document.deleteIn([...path, name]);
  for (const [name, value] of Object.entries(after)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (isSame(old, value)) continue;
    // What has members on both sides keeps those that are the same; an empty one is written as {} and would stay so.
    const hasBoth = isMembers(old) && isMembers(value) && Object.keys(old).length > 0 && Object.keys(value).length > 0;
    if (hasBoth) rewrite(document, [...path, name], old, value);
    else document.setIn([...path, name], document.createNode(value));
  }
}
