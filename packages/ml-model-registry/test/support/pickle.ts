import { joined, u32, u64 } from './bytes.ts';

type Bytes = Uint8Array;

const byte = (...codes: number[]): Bytes => Uint8Array.from(codes);

/** A text as `SHORT_BINUNICODE`. */
export function text(value: string): Bytes {
  return joined(byte(0x8c, Buffer.byteLength(value)), value);
}

/** Bytes as `BINBYTES`. */
export function bytes(value: Uint8Array | string): Bytes {
  const found = Buffer.from(value as string);
  return joined('B', u32(found.length), found);
}

/** A name as `GLOBAL`: two lines. */
export function name(module: string, member: string): Bytes {
  return joined(`c${module}\n${member}\n`);
}

/** A name off the stack, as protocol 4 has it. */
export function stackName(module: string, member: string): Bytes {
  return joined(text(module), text(member), byte(0x93));
}

/** A call with arguments: `TUPLE` and `REDUCE`. */
export function call(callee: Bytes, ...args: readonly Bytes[]): Bytes {
  return joined(callee, '(', ...args, 'tR');
}

/** An object of a class, made without its constructor: `NEWOBJ`. */
export function object(type: Bytes, ...args: readonly Bytes[]): Bytes {
  return joined(type, '(', ...args, 't', byte(0x81));
}

/** A dict with `SETITEMS`. */
export function dict(...entries: readonly (readonly [Bytes, Bytes])[]): Bytes {
  return joined('}(', ...entries.flat(), 'u');
}

/** A whole pickle of a protocol: its opcodes with `PROTO` before and `STOP` after them. */
export function pickle(protocol: number, ...parts: readonly (Bytes | string | readonly number[])[]): Bytes {
  return joined(byte(0x80, protocol), ...parts, '.');
}

/** A pickle of protocol 4 in one frame. */
export function framed(...parts: readonly (Bytes | string | readonly number[])[]): Bytes {
  const body = joined(...parts, '.');
  return joined(byte(0x80, 4, 0x95), u64(body.length), body);
}

export const opcode: Readonly<
  Record<
    'none' | 'memoize' | 'tuple1' | 'tuple2' | 'stackGlobal' | 'newobj' | 'newobjEx' | 'additems' | 'emptySet',
    Bytes
  >
> = {
  none: byte(0x4e),
  memoize: byte(0x94),
  tuple1: byte(0x85),
  tuple2: byte(0x86),
  stackGlobal: byte(0x93),
  newobj: byte(0x81),
  newobjEx: byte(0x92),
  additems: byte(0x90),
  emptySet: byte(0x8f),
};
