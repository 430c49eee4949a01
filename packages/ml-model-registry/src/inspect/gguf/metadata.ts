import type { Inspection } from '../contract.ts';
import { quoted } from '../quoted.ts';
import type { Cursor } from '../source/cursor.ts';
import { malformed, StructureError } from '../structure-error.ts';
import { inspectTemplate } from './template.ts';
import { valueBytes } from './types.ts';

const TEXT = 8;
const ARRAY = 9;
/** Longest key or name that ggml reads, in bytes. */
const MAX_NAME = 65_535;

/** Texts that are told of a model. Everything else is walked over. */
const told = /^general\.(?:architecture|name|author|license|version|basename|organization|type|quantized_by|url)$/;

/** Texts that are looked at beside: templates of chats. */
const template = /^tokenizer\.chat_template(?:\.|$)/;

/** What the metadata of a file says. */
export interface GgufMetadata {
  readonly texts: Readonly<Record<string, string>>;
  /** Bytes to which tensors are aligned. */
  readonly alignment: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A length and a text in UTF-8.
 *
 * @throws {StructureError}
 */
export async function readText(cursor: Cursor, limits: { readonly most: number }): Promise<string> {
  const at = cursor.position;
  await cursor.need(8);
  const length = cursor.u64();
  if (length > limits.most) {
    throw new StructureError('LIMIT_EXCEEDED', `Expected a text of at most ${limits.most} bytes, got ${length}`, at);
  }
  await cursor.need(length);
  const bytes = cursor.bytes(length);
  try {
    return decoder.decode(bytes);
  } catch {
    throw new StructureError('INVALID_TEXT', 'Expected text in UTF-8, got other bytes', at + 8);
  }
}

/**
 * Walks over `count` keys and values.
 *
 * @throws {StructureError}
 */
export async function readMetadata(cursor: Cursor, count: number, inspection: Inspection): Promise<GgufMetadata> {
  const texts: [string, string][] = [];
  const seen = new Set<string>();
  let alignment = 32;
  for (let index = 0; index < count; index += 1) {
    const at = cursor.position;
    inspection.step(1, at);
    const key = await readText(cursor, { most: MAX_NAME });
    if (seen.has(key)) inspection.find('MALFORMED', `Expected each key once, got ${quoted(key)} again`, at);
    seen.add(key);
    await cursor.need(4);
    const type = cursor.u32();
    if (type === TEXT && (told.test(key) || template.test(key))) {
      const start = cursor.position + 8;
      const text = await readText(cursor, { most: inspection.limits.held });
      if (told.test(key)) texts.push([key, text]);
      else inspectTemplate(text, { inspection, offset: start });
    } else if (key === 'general.alignment') {
      alignment = await readAlignment(cursor, type);
    } else {
      await skipValue(cursor, { type, inspection, depth: 0 });
    }
  }
  return { texts: Object.fromEntries(texts), alignment };
}

async function readAlignment(cursor: Cursor, type: number): Promise<number> {
  const at = cursor.position;
  await cursor.need(4);
  const alignment = type === 4 ? cursor.u32() : 0;
  // A power of two; ggml takes others, too, but nobody writes them.
  if (alignment < 8 || alignment > 2 ** 20 || (alignment & (alignment - 1)) !== 0) {
    throw malformed(`Expected a power of two from 8 to ${2 ** 20} as alignment, got ${alignment}`, at);
  }
  return alignment;
}

async function skipValue(
  cursor: Cursor,
  value: { readonly type: number; readonly inspection: Inspection; readonly depth: number },
): Promise<void> {
  const { type, inspection, depth } = value;
  const at = cursor.position;
  const size = valueBytes.get(type);
  if (size !== undefined) return skip(cursor, size);
  if (type === TEXT) {
    await cursor.need(8);
    return skip(cursor, cursor.u64());
  }
  if (type !== ARRAY) throw malformed(`Expected a type of value from 0 to 12, got ${type}`, at - 4);
  if (depth >= inspection.limits.depth) {
    throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${inspection.limits.depth} levels, got more`, at);
  }
  await cursor.need(12);
  const itemType = cursor.u32();
  const count = cursor.u64();
  const itemBytes = valueBytes.get(itemType);
  if (itemBytes !== undefined) return skip(cursor, count * itemBytes);
  for (let index = 0; index < count; index += 1) {
    inspection.step(1, cursor.position);
    await skipValue(cursor, { type: itemType, inspection, depth: depth + 1 });
  }
}

function skip(cursor: Cursor, count: number): void {
  if (count > cursor.left) {
    throw new StructureError(
      'TRUNCATED',
      `Expected ${count} more bytes, got an end after ${cursor.left}`,
      cursor.position,
    );
  }
  cursor.seek(cursor.position + count);
}
