// Measures what computes each digest fastest on Node, all in one process and in turns, and writes the table of docs/benchmarks.md.
// Usage: node --conditions=source packages/integrity/bench/digests.ts [ROUNDS] [ALGORITHM...]      With algorithms, only prints.
//
// A round times each way once, beginning with another one each time; a figure is the median of the rounds.
import { spawnSync } from 'node:child_process';
import { createHash, hash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import * as library from 'hash-wasm';
import type { AnyAlgorithm } from '../src/algorithm.ts';
import { crc32Engine } from '../src/engine/crc.ts';
import { newHasher, wasmEngine } from '../src/engine/wasm.ts';
import { digest } from '../src/index.ts';

type Way = (bytes: Uint8Array) => unknown;

/** Columns of the table: in one call where that can be, or by a hasher that is fed once. */
const COLUMNS = [
  'native, one call',
  'native hasher',
  'WebAssembly, one call',
  'new hasher of it',
  'kept hasher of it',
  '`digest`',
] as const;

type Ways = Readonly<Partial<Record<(typeof COLUMNS)[number], Way>>>;

function openssl(name: string): Ways {
  return {
    'native, one call': (bytes) => hash(name, bytes, 'buffer'),
    'native hasher': (bytes) => createHash(name).update(bytes).digest(),
  };
}

function wasm(algorithm: AnyAlgorithm, oneCall: Way): Ways {
  return {
    'WebAssembly, one call': oneCall,
    'new hasher of it': async (bytes) => (await newHasher(algorithm)).update(bytes).digest('binary'),
    'kept hasher of it': async (bytes) => {
      const engine = await wasmEngine(algorithm);
      engine.update(bytes);
      return engine.finish();
    },
    '`digest`': (bytes) => digest(bytes, { algorithm, legacy: true }),
  };
}

const zlib: Ways = {
  'native, one call': (bytes) => crc32(bytes),
  'native hasher': (bytes) => {
    const engine = crc32Engine();
    engine.update(bytes);
    return engine.finish();
  },
};

const WAYS: Readonly<Record<AnyAlgorithm, Ways>> = {
  sha256: { ...openssl('sha256'), ...wasm('sha256', (bytes) => library.sha256(bytes)) },
  sha512: { ...openssl('sha512'), ...wasm('sha512', (bytes) => library.sha512(bytes)) },
  blake2b: { ...openssl('blake2b512'), ...wasm('blake2b', (bytes) => library.blake2b(bytes, 512)) },
  blake3: wasm('blake3', (bytes) => library.blake3(bytes)),
  'xxh3-128': wasm('xxh3-128', (bytes) => library.xxhash128(bytes)),
  crc32: { ...zlib, ...wasm('crc32', (bytes) => library.crc32(bytes)) },
  sha1: { ...openssl('sha1'), ...wasm('sha1', (bytes) => library.sha1(bytes)) },
  md5: { ...openssl('md5'), ...wasm('md5', (bytes) => library.md5(bytes)) },
};

interface Size {
  readonly bytes: number;
  readonly label: string;
  /** How often a round digests it: some milliseconds' worth. */
  readonly times: number;
}

const SIZES: readonly Size[] = [
  { bytes: 64, label: '64 B', times: 1000 },
  { bytes: 4096, label: '4 KiB', times: 200 },
  { bytes: 16 << 20, label: '16 MiB', times: 1 },
];

/** A new hasher takes so long that fewer of them are enough. */
const NEW_TIMES = 20;

/** Milliseconds of processors, which others on the machine change less than the time that passes. */
async function timed(way: Way, bytes: Uint8Array, times: number): Promise<number> {
  const start = process.cpuUsage();
  for (let index = 0; index < times; index++) await way(bytes);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / times;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Milliseconds of each way. The first round warms and is not counted; each round begins with the next way. */
async function measure(ways: Ways, size: Size, rounds: number): Promise<Map<string, number>> {
  const bytes = Uint8Array.from({ length: size.bytes }, (_, index) => (index * 31) ^ (index >> 8));
  const all = Object.entries(ways).map(([name, way]) => ({ name, way, times: [] as number[] }));
  for (let round = 0; round <= rounds; round++) {
    for (let turn = 0; turn < all.length; turn++) {
      const each = all[(round + turn) % all.length];
      if (each === undefined) continue;
      const ms = await timed(
        each.way,
        bytes,
        each.name === 'new hasher of it' ? Math.min(NEW_TIMES, size.times) : size.times,
      );
      if (round > 0) each.times.push(ms);
    }
  }
  return new Map(all.map(({ name, times }) => [name, median(times)]));
}

/** Microseconds for what is small, MB/s for what is large. */
function cell(ms: number | undefined, { bytes }: Size): string {
  if (ms === undefined) return '-';
  return bytes < 1 << 20 ? `${(ms * 1000).toFixed(1)} µs` : `${(bytes / 1000 / ms).toFixed(0)} MB/s`;
}

/** The page that the table stands in, between two comments. */
const page = fileURLToPath(new URL('../../../docs/benchmarks.md', import.meta.url));
const BEGIN = '<!-- digests -->';
const END = '<!-- /digests -->';

function publish(lines: readonly string[]): void {
  const text = readFileSync(page, 'utf8');
  const [before, rest] = [text.split(BEGIN)[0] ?? '', text.split(END)[1] ?? ''];
  writeFileSync(page, `${before}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${rest}`);
  spawnSync('oxfmt', [page]);
}

/** What the first use of WebAssembly takes, in milliseconds of processors: each is a process of its own, in which Node has started. */
function loading(rounds: number): number {
  const source = fileURLToPath(new URL('../src/engine/wasm.ts', import.meta.url));
  const program = `const { newHasher } = await import(${JSON.stringify(source)});
    const start = process.cpuUsage();
    await newHasher('blake3');
    const { user, system } = process.cpuUsage(start);
    console.log((user + system) / 1000);`;
  const args = ['--conditions=source', '--input-type=module', '--eval', program];
  const once = (): number => Number(spawnSync(process.execPath, args, { encoding: 'utf8' }).stdout);
  return median(Array.from({ length: rounds }, once));
}

const [rounds = '31', ...only] = process.argv.slice(2);
const day = new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
const lines = [
  `Measured on ${day}, medians of ${rounds}: ${cpus()[0]?.model ?? 'unknown'}, Node ${process.versions.node}, OpenSSL ${process.versions.openssl}. ` +
    `The first use of WebAssembly in a process takes ${loading(Number(rounds)).toFixed(0)} ms.`,
  '',
  `| digest | input | ${COLUMNS.join(' | ')} |`,
  `| --- | --: | ${COLUMNS.map(() => '--:').join(' | ')} |`,
];
const chosen = Object.entries(WAYS).filter(([name]) => only.length === 0 || only.includes(name));
for (const [algorithm, ways] of chosen) {
  for (const size of SIZES) {
    const figures = await measure(ways, size, Number(rounds));
    const cells = COLUMNS.map((name) => cell(figures.get(name), size));
    lines.push(`| ${algorithm} | ${size.label} | ${cells.join(' | ')} |`);
  }
}
console.log(lines.join('\n'));
if (only.length === 0) publish(lines);
