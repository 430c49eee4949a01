import { malformed } from '../structure-error.ts';
import { BitInput, type HuffmanTable, huffmanTable, readSymbol } from './huffman.ts';
import type { Codec } from './codec.ts';
import { type Input, inMemory } from './input.ts';

/** Symbols that are decoded with one table before the next is chosen. */
const GROUP = 50;

/** The signs before a block and after the last: digits of pi and of its root. */
const BLOCK = 0x314159265359;
const END = 0x177245385090;

/** bzip2, of one stream or several. Checksums are not looked at: who loads the file does. */
export const bzip2: Codec = {
  name: 'bz2',
  recognises: (head) =>
    head[0] === 0x42 && head[1] === 0x5a && head[2] === 0x68 && (head[3] ?? 0) >= 0x31 && (head[3] ?? 0) <= 0x39,
  open: inMemory(function* decode(input) {
    while (input.left > 0) yield* stream(input);
  }),
};

function* stream(input: Input): Generator<Uint8Array, void> {
  const start = input.at;
  const level = input.take(4)[3] ?? 0;
  if (!bzip2.recognises(input.bytes.subarray(start, start + 4)))
    throw malformed('Expected bzip2, got other bytes', start);
  const most = (level - 0x30) * 100_000;
  const bits = new BitInput(input);
  for (;;) {
    const sign = bits.read(24) * 2 ** 24 + bits.read(24);
    bits.read(16);
    bits.read(16);
    if (sign === END) return bits.align();
    if (sign !== BLOCK) throw malformed('Expected a block of bzip2, got other bytes', input.at);
    yield* unrolled(block(bits, { most, at: input.at }));
  }
}

interface Sorted {
  /** The bytes after the transformation of Burrows and Wheeler. */
  readonly bytes: Uint8Array;
  /** Which rotation was the block. */
  readonly origin: number;
}

function block(bits: BitInput, place: { readonly most: number; readonly at: number }): Sorted {
  if (bits.read(1) === 1) throw malformed('Expected no random blocks, got one', place.at);
  const origin = bits.read(24);
  const symbols = usedSymbols(bits);
  const tables = readTables(bits, symbols.length + 2, place.at);
  const bytes = moveToFront(bits, { symbols, tables, ...place });
  if (origin >= bytes.length)
    throw malformed('Expected the place of a block in itself, got one past its end', place.at);
  return { bytes, origin };
}

function usedSymbols(bits: BitInput): number[] {
  const rows = bits.read(16);
  const symbols: number[] = [];
  for (let row = 0; row < 16; row += 1) {
    if ((rows & (0x8000 >> row)) === 0) continue;
    const columns = bits.read(16);
    for (let column = 0; column < 16; column += 1)
      if ((columns & (0x8000 >> column)) !== 0) symbols.push(row * 16 + column);
  }
  return symbols;
}

interface Tables {
  readonly tables: readonly HuffmanTable[];
  /** Which table each group of symbols uses. */
  readonly selectors: Uint8Array;
}

function readTables(bits: BitInput, alphabet: number, at: number): Tables {
  const count = bits.read(3);
  const selectorCount = bits.read(15);
  if (count < 2 || count > 6 || selectorCount === 0) throw malformed('Expected 2 to 6 tables, got another number', at);
  const order = Array.from({ length: count }, (_, index) => index);
  const selectors = new Uint8Array(selectorCount);
  for (let index = 0; index < selectorCount; index += 1) {
    let place = 0;
    while (bits.read(1) === 1) place += 1;
    const [chosen] = order.splice(place, 1);
    if (chosen === undefined) throw malformed('Expected a table that is there, got another', at);
    order.unshift(chosen);
    selectors[index] = chosen;
  }
  const tables = order.map(() => huffmanTable(readLengths(bits, alphabet, at), at));
  return { tables, selectors };
}

function readLengths(bits: BitInput, alphabet: number, at: number): Uint8Array {
  const lengths = new Uint8Array(alphabet);
  let length = bits.read(5);
  for (let symbol = 0; symbol < alphabet; symbol += 1) {
    while (bits.read(1) === 1) {
      length += bits.read(1) === 1 ? -1 : 1;
      if (length < 1 || length > 20) throw malformed('Expected codes of 1 to 20 bits, got others', at);
    }
    if (length < 1 || length > 20) throw malformed('Expected codes of 1 to 20 bits, got others', at);
    lengths[symbol] = length;
  }
  return lengths;
}

/** Symbols are places in a list of bytes, where each moves to the front; two of them count how often the first comes again. */
function moveToFront(
  bits: BitInput,
  found: { readonly symbols: number[]; readonly tables: Tables; readonly most: number; readonly at: number },
): Uint8Array {
  const { symbols, most, at } = found;
  const { tables, selectors } = found.tables;
  const output = new Uint8Array(most);
  const end = symbols.length + 1;
  let length = 0;
  let run = 0;
  let weight = 1;
  for (let count = 0; ; count += 1) {
    const table = tables[selectors[Math.floor(count / GROUP)] ?? 255];
    if (table === undefined) throw malformed('Expected the end of a block, got more symbols', at);
    const symbol = readSymbol(bits, table, at);
    if (symbol <= 1) {
      run += weight * (symbol + 1);
      weight *= 2;
      if (run > most) throw malformed('Expected a block of the size that the stream names, got a larger one', at);
      continue;
    }
    const filled = length + run;
    if (filled + 1 > most && symbol !== end)
      throw malformed('Expected a block of the size that the stream names, got a larger one', at);
    output.fill(symbols[0] ?? 0, length, filled);
    [length, run, weight] = [filled, 0, 1];
    if (symbol === end) return output.subarray(0, Math.min(length, most));
    const [byte = 0] = symbols.splice(symbol - 1, 1);
    symbols.unshift(byte);
    output[length] = byte;
    length += 1;
  }
}

/** Undoes the sorting, and the runs: four equal bytes are followed by how many more there are. */
function* unrolled({ bytes, origin }: Sorted): Generator<Uint8Array, void> {
  const next = rotations(bytes);
  const piece = Buffer.alloc(64 * 1024);
  let filled = 0;
  let place = next[origin] ?? 0;
  let equal = 0;
  let before = -1;
  for (let count = 0; count < bytes.length; count += 1) {
    const byte = bytes[place] ?? 0;
    place = next[place] ?? 0;
    if (filled + 256 > piece.length) {
      yield Uint8Array.from(piece.subarray(0, filled));
      filled = 0;
    }
    if (equal === 4) {
      piece.fill(before, filled, filled + byte);
      filled += byte;
      equal = 0;
      before = -1;
      continue;
    }
    equal = byte === before ? equal + 1 : 1;
    before = byte;
    piece[filled] = byte;
    filled += 1;
  }
  yield Uint8Array.from(piece.subarray(0, filled));
}

/** For each byte of the sorted column, which comes next in the block. */
function rotations(bytes: Uint8Array): Uint32Array {
  const starts = new Uint32Array(257);
  for (const byte of bytes) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1;
  for (let byte = 0; byte < 256; byte += 1) starts[byte + 1] = (starts[byte + 1] ?? 0) + (starts[byte] ?? 0);
  const next = new Uint32Array(bytes.length);
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    const place = starts[byte] ?? 0;
    starts[byte] = place + 1;
    next[place] = index;
  }
  return next;
}
