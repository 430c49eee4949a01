/**
 * What follows an opcode. `u1`, `u2`, `u4`, `i4`: a number; `f8`: a big-endian double; `line`, `lines`: one or two texts, each up to a line feed;
 * `text…`: UTF-8, `bytes…`: bytes, `long…`: a number in two's complement, each after its length in so many bytes; `frame`: a length.
 */
export type ArgumentKind =
  | 'none'
  | 'u1'
  | 'u2'
  | 'u4'
  | 'i4'
  | 'f8'
  | 'line'
  | 'lines'
  | 'text1'
  | 'text4'
  | 'text8'
  | 'bytes1'
  | 'bytes4'
  | 'bytes8'
  | 'string1'
  | 'string4'
  | 'long1'
  | 'long4'
  | 'frame';

/** The name of an opcode, as CPython has it. */
export type OpcodeName =
  | 'MARK'
  | 'STOP'
  | 'POP'
  | 'POP_MARK'
  | 'DUP'
  | 'FLOAT'
  | 'INT'
  | 'LONG'
  | 'NONE'
  | 'PERSID'
  | 'REDUCE'
  | 'STRING'
  | 'UNICODE'
  | 'APPEND'
  | 'BUILD'
  | 'GLOBAL'
  | 'DICT'
  | 'GET'
  | 'INST'
  | 'LIST'
  | 'PUT'
  | 'SETITEM'
  | 'TUPLE'
  | 'EMPTY_TUPLE'
  | 'BINFLOAT'
  | 'BININT'
  | 'BININT1'
  | 'BININT2'
  | 'BINPERSID'
  | 'BINSTRING'
  | 'SHORT_BINSTRING'
  | 'BINUNICODE'
  | 'EMPTY_LIST'
  | 'APPENDS'
  | 'BINGET'
  | 'LONG_BINGET'
  | 'OBJ'
  | 'BINPUT'
  | 'LONG_BINPUT'
  | 'SETITEMS'
  | 'EMPTY_DICT'
  | 'PROTO'
  | 'NEWOBJ'
  | 'EXT1'
  | 'EXT2'
  | 'EXT4'
  | 'TUPLE1'
  | 'TUPLE2'
  | 'TUPLE3'
  | 'NEWTRUE'
  | 'NEWFALSE'
  | 'LONG1'
  | 'LONG4'
  | 'BINBYTES'
  | 'SHORT_BINBYTES'
  | 'SHORT_BINUNICODE'
  | 'BINUNICODE8'
  | 'BINBYTES8'
  | 'EMPTY_SET'
  | 'ADDITEMS'
  | 'FROZENSET'
  | 'NEWOBJ_EX'
  | 'STACK_GLOBAL'
  | 'MEMOIZE'
  | 'FRAME'
  | 'BYTEARRAY8'
  | 'NEXT_BUFFER'
  | 'READONLY_BUFFER';

/** An instruction of the pickle machine. */
export interface Opcode {
  readonly name: OpcodeName;
  readonly argument: ArgumentKind;
  /** The protocol that brought it. */
  readonly protocol: number;
}

type Row = readonly [code: number, name: OpcodeName, argument: ArgumentKind];

/** All opcodes of protocols 0 to 5 (PEP 307, PEP 3154, PEP 574; CPython's `pickletools` lists them), by the protocol that brought them. */
const rows: readonly (readonly Row[])[] = [
  [
    [0x28, 'MARK', 'none'],
    [0x2e, 'STOP', 'none'],
    [0x30, 'POP', 'none'],
    [0x31, 'POP_MARK', 'none'],
    [0x32, 'DUP', 'none'],
    [0x46, 'FLOAT', 'line'],
    [0x49, 'INT', 'line'],
    [0x4c, 'LONG', 'line'],
    [0x4e, 'NONE', 'none'],
    [0x50, 'PERSID', 'line'],
    [0x52, 'REDUCE', 'none'],
    [0x53, 'STRING', 'line'],
    [0x56, 'UNICODE', 'line'],
    [0x61, 'APPEND', 'none'],
    [0x62, 'BUILD', 'none'],
    [0x63, 'GLOBAL', 'lines'],
    [0x64, 'DICT', 'none'],
    [0x67, 'GET', 'line'],
    [0x69, 'INST', 'lines'],
    [0x6c, 'LIST', 'none'],
    [0x70, 'PUT', 'line'],
    [0x73, 'SETITEM', 'none'],
    [0x74, 'TUPLE', 'none'],
  ],
  [
    [0x29, 'EMPTY_TUPLE', 'none'],
    [0x47, 'BINFLOAT', 'f8'],
    [0x4a, 'BININT', 'i4'],
    [0x4b, 'BININT1', 'u1'],
    [0x4d, 'BININT2', 'u2'],
    [0x51, 'BINPERSID', 'none'],
    [0x54, 'BINSTRING', 'string4'],
    [0x55, 'SHORT_BINSTRING', 'string1'],
    [0x58, 'BINUNICODE', 'text4'],
    [0x5d, 'EMPTY_LIST', 'none'],
    [0x65, 'APPENDS', 'none'],
    [0x68, 'BINGET', 'u1'],
    [0x6a, 'LONG_BINGET', 'u4'],
    [0x6f, 'OBJ', 'none'],
    [0x71, 'BINPUT', 'u1'],
    [0x72, 'LONG_BINPUT', 'u4'],
    [0x75, 'SETITEMS', 'none'],
    [0x7d, 'EMPTY_DICT', 'none'],
  ],
  [
    [0x80, 'PROTO', 'u1'],
    [0x81, 'NEWOBJ', 'none'],
    [0x82, 'EXT1', 'u1'],
    [0x83, 'EXT2', 'u2'],
    [0x84, 'EXT4', 'i4'],
    [0x85, 'TUPLE1', 'none'],
    [0x86, 'TUPLE2', 'none'],
    [0x87, 'TUPLE3', 'none'],
    [0x88, 'NEWTRUE', 'none'],
    [0x89, 'NEWFALSE', 'none'],
    [0x8a, 'LONG1', 'long1'],
    [0x8b, 'LONG4', 'long4'],
  ],
  [
    [0x42, 'BINBYTES', 'bytes4'],
    [0x43, 'SHORT_BINBYTES', 'bytes1'],
  ],
  [
    [0x8c, 'SHORT_BINUNICODE', 'text1'],
    [0x8d, 'BINUNICODE8', 'text8'],
    [0x8e, 'BINBYTES8', 'bytes8'],
    [0x8f, 'EMPTY_SET', 'none'],
    [0x90, 'ADDITEMS', 'none'],
    [0x91, 'FROZENSET', 'none'],
    [0x92, 'NEWOBJ_EX', 'none'],
    [0x93, 'STACK_GLOBAL', 'none'],
    [0x94, 'MEMOIZE', 'none'],
    [0x95, 'FRAME', 'frame'],
  ],
  [
    [0x96, 'BYTEARRAY8', 'bytes8'],
    [0x97, 'NEXT_BUFFER', 'none'],
    [0x98, 'READONLY_BUFFER', 'none'],
  ],
];

/** Opcodes by their byte. */
export const opcodes: readonly (Opcode | undefined)[] = table();

function table(): readonly (Opcode | undefined)[] {
  const all: (Opcode | undefined)[] = Array.from({ length: 256 }, () => undefined);
  for (const [protocol, brought] of rows.entries()) {
    for (const [code, name, argument] of brought) all[code] = { name, argument, protocol };
  }
  return all;
}
