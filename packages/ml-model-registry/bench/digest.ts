/**
 * How fast a model of 1 GB is inspected with its digest, beside programs that only hash: `npm run -s with -- node packages/ml-model-registry/bench/digest.ts`.
 * Rates are given by the clock and by the time of the processor, which says what an idle machine would take.
 */
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspectModel } from '../src/inspect/inspect-model.ts';

const SIZE = 1_000_000_000;
const ROUNDS = 3;

/** A file that begins with a header and is otherwise filled with bytes that no file system leaves out. */
function writeModel(path: string, head: Uint8Array, tail: Uint8Array = new Uint8Array(0)): void {
  const file = openSync(path, 'w');
  const block = Buffer.alloc(8 * 1024 * 1024, 0x5a);
  writeSync(file, head, 0, head.length, 0);
  for (let at = head.length; at < head.length + SIZE; at += block.length)
    writeSync(file, block, 0, Math.min(block.length, head.length + SIZE - at), at);
  writeSync(file, tail, 0, tail.length, head.length + SIZE);
  ftruncateSync(file, head.length + SIZE + tail.length);
  closeSync(file);
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
  return bytes;
}

function safetensors(path: string): void {
  const header = Buffer.from(`{"w":{"dtype":"U8","shape":[${SIZE}],"data_offsets":[0,${SIZE}]}}`);
  writeModel(path, Buffer.concat([u64(header.length), header]));
}

function gguf(path: string): void {
  const tensor = Buffer.concat([u64(1), Buffer.from('w'), u32(1), u64(SIZE), u32(24), u64(0)]);
  const header = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(1), u64(0), tensor]);
  writeModel(path, Buffer.concat([header, Buffer.alloc((32 - (header.length % 32)) % 32)]));
}

/** A stored member. Its checksum is not looked at, as in any inspection of headers. */
function npz(path: string): void {
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (${SIZE},), }`.padEnd(117);
  const array = Buffer.from(`\u0093NUMPY\u0001\u0000v\u0000${text}\n`, 'latin1');
  const name = Buffer.from('w.npy');
  // What both headers say: version, sizes, length of the name.
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt32LE(array.length + SIZE, 14);
  fields.writeUInt32LE(array.length + SIZE, 18);
  fields.writeUInt16LE(name.length, 22);
  const head = Buffer.concat([Buffer.from('PK\u0003\u0004'), fields, name]);
  const entry = Buffer.concat([Buffer.from('PK\u0001\u0002'), Buffer.from([20, 0]), fields, Buffer.alloc(14), name]);
  const counts = Buffer.from([1, 0, 1, 0]);
  const places = u32(entry.length, head.length + array.length + SIZE);
  const end = Buffer.concat([Buffer.from('PK\u0005\u0006'), u32(0), counts, places, Buffer.alloc(2)]);
  writeModel(path, Buffer.concat([head, array]), Buffer.concat([entry, end]));
}

interface Times {
  readonly seconds: number;
  readonly processor: number;
}

async function timed(work: () => unknown): Promise<Times> {
  const before = process.cpuUsage();
  const start = performance.now();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - start) / 1000, processor: (user + system) / 1e6 };
}

/** Times of a program, as `time` of bash has them. */
function timedProgram(command: string): Times {
  const script = `TIMEFORMAT='%R %U %S'; { time ${command} > /dev/null; } 2>&1`;
  const [real = 0, user = 0, system = 0] = execFileSync('bash', ['-c', script, 'bash'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C' },
  })
    .trim()
    .split(/\s+/)
    .map(Number);
  return { seconds: real, processor: user + system };
}

function print(what: string, times: readonly Times[]): void {
  const best = (of: (each: Times) => number): string => (SIZE / 1e9 / Math.min(...times.map(of))).toFixed(2);
  console.log(
    `${what.padEnd(24)} ${best((each) => each.seconds)} GB/s by the clock, ${best((each) => each.processor)} GB/s of the processor`,
  );
}

const folder = mkdtempSync(join(tmpdir(), 'digest-'));
try {
  for (const [name, write] of [
    ['m.safetensors', safetensors],
    ['m.gguf', gguf],
    ['m.npz', npz],
  ] as const) {
    const path = join(folder, name);
    write(path);
    const { verdict } = await inspectModel(path);
    const inspected: Times[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      inspected.push(await timed(() => inspectModel(path, { digest: true })));
    print(`inspect ${name} (${verdict})`, inspected);
    if (name === 'm.safetensors') {
      for (const command of ['sha256sum', 'openssl dgst -sha256'])
        print(
          command,
          Array.from({ length: ROUNDS }, () => timedProgram(`${command} ${path} 2>/dev/null`)),
        );
    }
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true });
}
