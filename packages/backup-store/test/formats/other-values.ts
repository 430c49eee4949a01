import { createCipheriv, createHash, createHmac } from 'node:crypto';

import { hex, wrapped } from './example-bytes.ts';

/*
 * Values for what a small repository does not show: numbers, objects of several blocks, nodes, chunk borders.
 */

const KEY = Buffer.from(Array.from({ length: 32 }, (_, i) => i));
const fence = (rows: readonly string[]): string => ['```text', ...rows, '```'].join('\n');

/** LEB128. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

const zigzag = (value: number): Buffer => varint(value < 0 ? -2 * value - 1 : 2 * value);

/** Paragraphs of the document. */
export function otherValues(): string[] {
  const numbers = [0, 1, 127, 128, 300, 16_384, 2 ** 32, Number.MAX_SAFE_INTEGER];
  const signed = [0, -1, 1, -2, 2, -64, 64, -65, 2 ** 31];
  return [
    'Numbers:',
    fence([
      ...numbers.map((each) => `varint ${String(each).padEnd(18)}${hex(varint(each))}`),
      ...signed.map((each) => `zigzag ${String(each).padEnd(18)}${hex(zigzag(each))}`),
    ]),
    'An object of two blocks: its key is the bytes 00, 01, ... 1f, its content 70,000 bytes of which byte `i` is `i mod 251`. It has one header (80 bytes).',
    fence(twoBlocks()),
    'A sparse file of three blobs as an entry, the first of its page (digests, at the end of the page, left out); and a node page of height 1 with two leaves.',
    fence(pages()),
    'The gear table for the key 00, 01, ... 1f; and the lengths of the chunks of 8 MiB of data, SHA-256(u32 0) followed by SHA-256(u32 1) and so on, cut with it and the sizes of the example.',
    fence(chunks()),
  ];
}

function twoBlocks(): string[] {
  const plaintext = Buffer.alloc(65_536 + 8080);
  for (let i = 0; i < 70_000; i++) plaintext[i] = i % 251;
  plaintext[70_000] = 0x80;
  const blocks = [plaintext.subarray(0, 65_536), plaintext.subarray(65_536)];
  const rows = blocks.map((block, number) => {
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(number, 7);
    nonce[11] = number === 1 ? 1 : 0;
    const cipher = createCipheriv('aes-256-gcm', KEY, nonce);
    const sealed = Buffer.concat([cipher.update(block), cipher.final()]);
    return [
      `block ${number}   plaintext ${block.length} bytes, nonce ${hex(nonce)}`,
      `          ciphertext ${hex(sealed.subarray(0, 16))}..., tag ${hex(cipher.getAuthTag())}`,
    ];
  });
  const size = 80 + plaintext.length + 2 * 16;
  return [
    ...rows.flat(),
    `size      80 + 65552 + 8096 = ${size} = ${size / 4096} * 4096; padding 80 and ${plaintext.length - 70_001} bytes 00`,
  ];
}

function pages(): string[] {
  const lengths = [1_048_576, 300_000, 5];
  const size = lengths.reduce((sum, length) => sum + length);
  const path = Buffer.from('disk.img');
  const entry = Buffer.concat([
    varint(0),
    varint(path.length),
    path,
    Buffer.of(0x11),
    varint(0o644),
    varint(1000),
    varint(1000),
    zigzag(-1),
    varint(500_000_000),
    varint(size),
    varint(lengths.length),
    ...lengths.map(varint),
  ]);
  const leaves = [
    { digest: '11'.repeat(32), length: 40_000, entries: 600, first: '' },
    { digest: '22'.repeat(32), length: 900, entries: 10, first: 'src/main.c' },
  ];
  const node = leaves.map(({ digest, length, entries, first }) =>
    Buffer.concat([
      Buffer.from(digest, 'hex'),
      varint(length),
      varint(entries),
      varint(first.length),
      Buffer.from(first),
    ]),
  );
  return [
    `entry     "disk.img", sparse, mode 0644, 1000:1000, time -0.5 s, ${size} bytes in blobs of ${lengths.join(', ')}`,
    ...wrapped(hex(entry), 96).map((line) => `          ${line}`),
    `node      leaf 11...11 of 40000 bytes, 600 entries from ""; leaf 22...22 of 900 bytes, 10 entries from "src/main.c"`,
    ...wrapped(hex(Buffer.concat([Buffer.of(1), varint(2), ...node])), 96).map((line) => `          ${line}`),
  ];
}

/** The gear table for a key, by the document. */
export function gear(key: Uint8Array): number[] {
  return Array.from({ length: 256 }, (_, i) => {
    const digest = createHmac('sha256', key)
      .update('gear')
      .update(Uint8Array.of(i >> 3))
      .digest();
    return digest.readUInt32LE((i & 7) * 4);
  });
}

/** Lengths of chunks, by the document: slow and plain. */
export function chunkLengths(data: Uint8Array, table: readonly number[]): number[] {
  const [min, average, max] = [262_144, 1_048_576, 4_194_304];
  const lengths: number[] = [];
  for (let start = 0; start < data.length; start += lengths.at(-1) as number) {
    const most = Math.min(max, data.length - start);
    let length = Math.min(min, most);
    for (let hash = 0; length < most;) {
      const isEarly = length < average;
      hash = ((hash << 1) + (table[data[start + length] as number] as number)) >>> 0;
      length++;
      if (hash >>> (isEarly ? 10 : 14) === 0) break;
    }
    lengths.push(length);
  }
  return lengths;
}

/** The data whose chunks the document gives. */
export function chunkData(): Buffer {
  const data = Buffer.alloc(8 * 1024 * 1024);
  const number = Buffer.alloc(4);
  for (let i = 0; i * 32 < data.length; i++) {
    number.writeUInt32LE(i);
    createHash('sha256')
      .update(number)
      .digest()
      .copy(data, i * 32);
  }
  return data;
}

/** The key of the document's values. */
export const chunkKey: Buffer = KEY;

function chunks(): string[] {
  const table = gear(KEY);
  return [
    ...[0, 1, 8, 255].map((i) => `gear[${i}]`.padEnd(10) + String(table[i])),
    `chunks    ${chunkLengths(chunkData(), table).join(', ')}`,
  ];
}
