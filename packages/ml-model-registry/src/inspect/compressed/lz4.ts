import { malformed, StructureError } from '../structure-error.ts';
import type { Codec } from './codec.ts';
import { type Input, inMemory } from './input.ts';

const MAGIC = 0x184d2204;

/** How far back a match may reach. */
const WINDOW = 64 * 1024;

/** Largest blocks, by their number in the header. */
const blockSizes: Readonly<Record<number, number>> = {
  4: 64 * 1024,
  5: 256 * 1024,
  6: 1024 * 1024,
  7: 4 * 1024 * 1024,
};

/** LZ4 frames (lz4_Frame_format.md 1.6), one or several. Their checksums are not looked at: who loads the file does. */
export const lz4: Codec = {
  name: 'lz4',
  recognises: (head) => [0x04, 0x22, 0x4d, 0x18].every((byte, index) => head[index] === byte),
  open: inMemory(function* decode(input) {
    while (input.left > 0) yield* frame(input);
  }),
};

function* frame(input: Input): Generator<Uint8Array, void> {
  const start = input.at;
  if (input.little(4) !== MAGIC) throw malformed('Expected a frame of LZ4, got other bytes', start);
  const flags = input.u8();
  const blockSize = blockSizes[(input.u8() >> 4) & 7];
  if (flags >> 6 !== 1 || blockSize === undefined)
    throw new StructureError('UNSUPPORTED', 'Expected version 1 of LZ4 frames, got another', start);
  if ((flags & 1) === 1)
    throw new StructureError('UNSUPPORTED', 'Expected LZ4 without a dictionary of its own, got one with it', start);
  input.take(((flags & 8) === 0 ? 0 : 8) + 1);
  // The blocks of a frame share this; the last 64 KiB of one are what the next may repeat.
  const output = Buffer.alloc(WINDOW + blockSize);
  let history = 0;
  for (let size = input.little(4); size !== 0; size = input.little(4)) {
    const block = input.take(size % 2 ** 31);
    const end =
      size >= 2 ** 31
        ? stored(block, { output, from: history, at: input.at })
        : decoded(block, { output, from: history, at: input.at });
    yield Uint8Array.from(output.subarray(history, end));
    const kept = Math.min(WINDOW, end);
    output.copyWithin(0, end - kept, end);
    history = kept;
    if ((flags & 16) !== 0) input.take(4);
  }
  if ((flags & 4) !== 0) input.take(4);
}

interface Target {
  readonly output: Buffer;
  /** Where the block goes; what is before may be repeated. */
  readonly from: number;
  /** For messages. */
  readonly at: number;
}

function stored(block: Uint8Array, { output, from, at }: Target): number {
  if (from + block.length > output.length)
    throw malformed('Expected a block of the size that the frame names, got a larger one', at);
  output.set(block, from);
  return from + block.length;
}

/** Sequences of bytes as they are, each followed by a repetition of what came before; the last has none. */
function decoded(block: Uint8Array, target: Target): number {
  const { output, at } = target;
  let to = target.from;
  let next = 0;
  const byte = (): number => {
    const value = block[next];
    if (value === undefined) throw malformed('Expected more of a block, got its end', at);
    next += 1;
    return value;
  };
  const length = (nibble: number): number => {
    let sum = nibble;
    for (let more = nibble === 15 ? 255 : 0; more === 255; sum += more) more = byte();
    return sum;
  };
  while (next < block.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (next + literals > block.length || to + literals > output.length)
      throw malformed('Expected bytes within the block, got more', at);
    output.set(block.subarray(next, next + literals), to);
    next += literals;
    to += literals;
    if (next === block.length) return to;
    const distance = byte() + byte() * 256;
    const count = length(token & 15) + 4;
    if (distance === 0 || distance > to || to + count > output.length)
      throw malformed('Expected a repetition of earlier bytes, got one of others', at);
    for (let index = 0; index < count; index += 1) output[to + index] = output[to + index - distance] ?? 0;
    to += count;
  }
  return to;
}
