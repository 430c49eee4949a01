import type { ByteSource } from '../source/byte-source.ts';
import { StructureError } from '../structure-error.ts';
import type { PbMessage, PbValue } from './read-message.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The messages of a field, in their order. */
export function messagesOf(parent: PbMessage | undefined, name: string): readonly PbMessage[] {
  return (parent?.fields.get(name) ?? []).flatMap((value) => (value.kind === 'message' ? [value.message] : []));
}

/** The message of a field; the last, when it came more than once. */
export function messageOf(parent: PbMessage | undefined, name: string): PbMessage | undefined {
  return messagesOf(parent, name).at(-1);
}

/** The number of a field, as a whole number with a sign; 0 when it is not there, as readers take it. */
export function numberOf(parent: PbMessage | undefined, name: string): number {
  const value = parent?.fields.get(name)?.at(-1);
  return value?.kind === 'number' ? Number(BigInt.asIntN(64, value.value)) : 0;
}

/** What reads texts and numbers of one source. */
export interface TextLimits {
  readonly source: ByteSource;
  /** Most bytes of a text. */
  readonly most: number;
}

/**
 * The text of a value.
 *
 * @throws {StructureError} `INVALID_TEXT`, `LIMIT_EXCEEDED`.
 */
async function textOfValue(value: PbValue | undefined, { source, most }: TextLimits): Promise<string> {
  if (value?.kind !== 'span') return '';
  if (value.length > most)
    throw new StructureError(
      'LIMIT_EXCEEDED',
      `Expected a text of at most ${most} bytes, got ${value.length}`,
      value.at,
    );
  try {
    return utf8.decode(await source.read(value.at, value.length));
  } catch (error) {
    if (error instanceof StructureError) throw error;
    throw new StructureError('INVALID_TEXT', 'Expected text in UTF-8, got other bytes', value.at);
  }
}

/** The text of a field; an empty one when it is not there, as readers take it. */
export async function textOf(parent: PbMessage | undefined, name: string, limits: TextLimits): Promise<string> {
  return await textOfValue(parent?.fields.get(name)?.at(-1), limits);
}

/** The texts of a field that repeats, in their order. */
export async function textsOf(
  parent: PbMessage | undefined,
  name: string,
  limits: TextLimits,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const value of parent?.fields.get(name) ?? []) found.push(await textOfValue(value, limits));
  return found;
}

/** The numbers of a field that repeats: packed ones and single ones, in their order. */
export async function varintsOf(
  parent: PbMessage | undefined,
  name: string,
  limits: TextLimits,
): Promise<readonly number[]> {
  const found: number[] = [];
  await eachVarint(parent, { name, limits }, (value) => found.push(Number(value)));
  return found;
}

/** Tells the numbers of a field that repeats, exactly, in their order. */
export async function eachVarint(
  parent: PbMessage | undefined,
  of: { readonly name: string; readonly limits: TextLimits },
  take: (value: bigint) => void,
): Promise<void> {
  for (const value of parent?.fields.get(of.name) ?? []) {
    if (value.kind === 'number') take(BigInt.asIntN(64, value.value));
    if (value.kind === 'span') await unpack(value, of.limits, take);
  }
}

async function unpack(
  span: PbValue & { readonly kind: 'span' },
  { source, most }: TextLimits,
  take: (value: bigint) => void,
): Promise<void> {
  if (span.length > most)
    throw new StructureError(
      'LIMIT_EXCEEDED',
      `Expected at most ${most} bytes of numbers, got ${span.length}`,
      span.at,
    );
  let value = 0n;
  let shift = 0n;
  for (const byte of await source.read(span.at, span.length)) {
    value |= BigInt(byte & 0x7f) << shift;
    shift += 7n;
    if (shift > 70n) throw new StructureError('MALFORMED', 'Expected numbers of 64 bits, got more', span.at);
    if (byte >= 0x80) continue;
    take(BigInt.asIntN(64, value));
    value = 0n;
    shift = 0n;
  }
  if (shift > 0n)
    throw new StructureError('TRUNCATED', 'Expected the rest of a number, got an end', span.at + span.length);
}

/** Bytes that a field takes in all: packed, single or as they are. */
export function bytesOf(parent: PbMessage | undefined, name: string, each: number): number {
  return (parent?.fields.get(name) ?? []).reduce(
    (sum, value) => sum + (value.kind === 'span' ? value.length : each),
    0,
  );
}
