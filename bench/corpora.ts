import { randomFillSync } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const DUMP_BYTES = 600e6;
const NOISE_BYTES = 700e6;
const WORDS = 'alpha beta gamma delta omega lorem ipsum inventory hotel guest room order booking model batch'.split(
  ' ',
);

/** A linear congruential generator (Knuth, TAOCP 2, 3.2.1): the same dump each time. */
function numbers(): (count: number) => number {
  let state = 7;
  return (count) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}

function writeDump(path: string): void {
  const below = numbers();
  const word = (): string => WORDS[below(WORDS.length)] as string;
  const two = (count: number): string => String(1 + below(count)).padStart(2, '0');
  const hex = (): string =>
    below(2 ** 32)
      .toString(16)
      .padStart(8, '0');
  const row = (): string =>
    `INSERT INTO orders VALUES (${below(1e9)}, '${word()}', '${word()} ${word()}', ${(below(1e5) / 100).toFixed(2)}, ` +
    `'2025-${two(12)}-${two(28)} ${two(23)}:${two(59)}:${two(59)}', '${hex()}${hex()}${hex()}${hex()}');\n`;
  const file = openSync(path, 'w');
  for (let bytes = 0; bytes < DUMP_BYTES;) bytes += writeSync(file, Array.from({ length: 5000 }, row).join(''));
  closeSync(file);
}

function writeNoise(path: string): void {
  const file = openSync(path, 'w');
  const piece = Buffer.alloc(4_000_000);
  for (let bytes = 0; bytes < NOISE_BYTES; bytes += piece.length) writeSync(file, randomFillSync(piece));
  closeSync(file);
}

/** Two trees of this machine, a dump and a file of noise: `LABEL=FOLDER` of each. */
export function makeCorpora(folder: string): string[] {
  for (const name of ['dump', 'noise']) mkdirSync(join(folder, name));
  writeDump(join(folder, 'dump', 'db.sql'));
  writeNoise(join(folder, 'noise', 'model.safetensors'));
  return [
    '(a) /usr/share=/usr/share',
    '(b) /usr/lib=/usr/lib',
    `(c) 600 MB dump=${join(folder, 'dump')}`,
    `(d) 700 MB noise=${join(folder, 'noise')}`,
  ];
}
