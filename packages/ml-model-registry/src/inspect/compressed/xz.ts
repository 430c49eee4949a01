import { crc32 } from 'node:zlib';
import type { Inspection } from '../contract.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { Codec } from './codec.ts';
import { Dictionary } from './dictionary.ts';
import { Input, inMemory } from './input.ts';
import { lzma2 } from './lzma2.ts';

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
const LZMA2 = 0x21;

/** Bytes of a check, by its number. */
const checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

/** The .xz format 1.2, with LZMA2 alone. Headers are checked; checks of what comes out are not looked at: who loads the file does. */
export const xz: Codec = {
  name: 'xz',
  recognises: (head) => MAGIC.every((byte, index) => head[index] === byte),
  open: inMemory(function* decode(input, inspection) {
    while (input.left > 0) yield* stream(input, inspection);
  }),
};

function* stream(input: Input, inspection: Inspection): Generator<Uint8Array, void> {
  const start = input.at;
  if (!xz.recognises(input.take(6))) throw malformed('Expected a stream of xz, got other bytes', start);
  const flags = input.take(2);
  demandChecksum(input, flags);
  const check = checkSizes[flags[1] ?? 255];
  if (flags[0] !== 0 || check === undefined)
    throw new StructureError('UNSUPPORTED', 'Expected version 1 of xz, got another', start);
  let blocks = 0;
  for (let size = input.u8(); size !== 0; size = input.u8()) {
    inspection.step(1, input.at);
    const from = input.at - 1;
    const dictionary = new Dictionary(blockHeader(input, size), inspection);
    yield* lzma2(input, dictionary);
    const padding = -(input.at - from) & 3;
    if (input.take(padding).some((byte) => byte !== 0))
      throw malformed('Expected zeros after a block, got other bytes', input.at);
    input.take(check);
    blocks += 1;
  }
  readIndex(input, blocks);
}

/** The size of the dictionary of a block. */
function blockHeader(input: Input, size: number): number {
  const from = input.at - 1;
  const header = new Input(input.bytes.subarray(from, from + (size + 1) * 4 - 4));
  input.take((size + 1) * 4 - 5);
  demandChecksum(input, header.bytes);
  header.u8();
  const flags = header.u8();
  if ((flags & 0x3f) !== 0)
    throw new StructureError('UNSUPPORTED', 'Expected blocks of LZMA2 alone, got other filters', from);
  if ((flags & 0x40) !== 0) variable(header);
  if ((flags & 0x80) !== 0) variable(header);
  const known = variable(header) === LZMA2 && variable(header) === 1;
  const bits = header.u8();
  if (!known || bits > 40)
    throw new StructureError('UNSUPPORTED', 'Expected blocks of LZMA2 alone, got another filter', from);
  return bits === 40 ? 2 ** 32 - 1 : (2 + (bits & 1)) * 2 ** (Math.floor(bits / 2) + 11);
}

function readIndex(input: Input, blocks: number): void {
  const from = input.at - 1;
  const count = variable(input);
  if (count !== blocks) throw malformed(`Expected an index of ${blocks} blocks, got ${count}`, from);
  for (let record = 0; record < count * 2; record += 1) variable(input);
  input.take(-(input.at - from) & 3);
  demandChecksum(input, input.bytes.subarray(from, input.at));
  const footer = input.take(12);
  if (footer[10] !== 0x59 || footer[11] !== 0x5a) throw malformed('Expected the end of xz, got other bytes', input.at);
  while (input.left >= 4 && input.bytes.subarray(input.at, input.at + 4).every((byte) => byte === 0)) input.take(4);
}

function demandChecksum(input: Input, bytes: Uint8Array): void {
  const at = input.at;
  if (input.little(4) !== crc32(bytes)) throw malformed('Expected a header with its checksum, got another', at);
}

/** Seven bits a byte, the lowest first. */
function variable(input: Input): number {
  let value = 0;
  for (let index = 0; index < 7; index += 1) {
    const byte = input.u8();
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return value;
  }
  throw malformed('Expected a number below 2^49, got a larger one', input.at);
}
