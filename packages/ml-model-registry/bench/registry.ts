/**
 * What a registry takes for a model of a gigabyte (or as many MiB as are named): adding it beside the repository alone, adding it again, a fine-tuned one
 * beside it, one of which all weights moved (`float-deltas.ts` asks what could be saved of that), and the way of its weights. `npm run -s with -- node --conditions=source packages/ml-model-registry/bench/registry.ts 1024`
 */
import { createHash, randomFillSync } from 'node:crypto';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createRepository } from '@x/backup-store';
import { fsStore } from '@x/storage';
import { createModelRegistry } from '../src/registry/create-registry.ts';

const MIB = 1024 * 1024;
const TENSOR = 16 * MIB;
const tensors = Math.max(2, Math.round((Number(process.argv[2] ?? 1024) * MIB) / TENSOR));
const folder = mkdtempSync(join(tmpdir(), 'bench-registry-'));

/** Floats as training leaves them: small, around 0. `shifted` says which tensors are others than those of seed 0. */
async function write(path: string, shifted: ReadonlySet<number>): Promise<void> {
  const size = TENSOR;
  const header = JSON.stringify(
    Object.fromEntries(
      Array.from({ length: tensors }, (_, index) => [
        `layers.${index}.weight`,
        { dtype: 'F32', shape: [size / 4096, 1024], data_offsets: [index * size, (index + 1) * size] },
      ]),
    ),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const stream = createWriteStream(path);
  stream.write(Buffer.concat([length, Buffer.from(header)]));
  for (let index = 0; index < tensors; index += 1) {
    const weights = new Float32Array(weightsOf(index));
    if (shifted.has(index)) for (let at = 0; at < weights.length; at += 1) weights[at] = (weights[at] ?? 0) + 1e-4;
    if (!stream.write(Buffer.from(weights.buffer))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'finish');
}

/** The same noise for the same tensor. */
function weightsOf(index: number): Float32Array {
  const noise = new Uint16Array(TENSOR / 4);
  const seed = createHash('sha256').update(String(index)).digest();
  randomFillSync(noise);
  // Random, but the same in each file: written once and kept.
  const kept = (memory[index] ??= noise);
  const scale = 1 + seed.readUInt8(0) / 256;
  return Float32Array.from(kept, (each) => (scale * (each - 32_768)) / 1_000_000);
}
const memory: Uint16Array[] = [];

async function timed<T>(what: string, work: () => Promise<T>, bytes?: number): Promise<T> {
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const speed = bytes === undefined ? '' : `, ${Math.round(bytes / 1000 / ms)} MB/s`;
  console.log(`${what}: ${ms.toFixed(1)} ms (${Math.round((user + system) / 1000)} of processors)${speed}`);
  return result;
}

const bytes = tensors * TENSOR;
const [base, tuned] = [join(folder, 'base.safetensors'), join(folder, 'tuned.safetensors')];
await write(base, new Set());
await write(tuned, new Set([0, tensors - 1]));
console.log(`${tensors} tensors of 16 MiB, ${Math.round(bytes / MIB)} MiB`);

const alone = await createRepository({ store: join(folder, 'alone'), encrypted: false });
await timed('the repository alone', async () => alone.repository.backup({ paths: [base] }), bytes);
await alone.repository.close();

const { repository } = await createRepository({ store: join(folder, 'content'), encrypted: false });
// Files that were made just now count as touched long ago.
const registry = createModelRegistry({
  storage: fsStore(join(folder, 'names')),
  repository,
  cacheDirectory: join(folder, 'cache'),
  clock: () => Date.now() + 3_600_000,
});
const added = await timed('add', async () => registry.add('m', base, { change: 'fix' }), bytes);
console.log(`  stored ${added.bytesStored} bytes, ${(added.bytesStored / bytes).toFixed(3)} of the file`);
for (let round = 0; round < 3; round += 1) {
  await timed('add again, unchanged', async () => registry.add('m', base, { change: 'fix' }));
}
const other = createModelRegistry({
  storage: fsStore(join(folder, 'names')),
  repository,
  cacheDirectory: join(folder, 'cache'),
});
await timed('add again, by a new registry', async () => other.add('m', base, { change: 'fix' }));
const fine = await timed('add the tuned one', async () => registry.add('m', tuned, { change: 'retrain' }), bytes);
console.log(
  `  2 of ${tensors} tensors changed: stored ${fine.bytesStored} bytes, ${(fine.bytesStored / bytes).toFixed(3)} of the file`,
);
const moved = join(folder, 'moved.safetensors');
await write(moved, new Set(Array.from({ length: tensors }, (_, index) => index)));
const all = await timed(
  'add one whose weights all moved',
  async () => registry.add('m', moved, { change: 'retrain' }),
  bytes,
);
console.log(`  stored ${all.bytesStored} bytes, ${(all.bytesStored / bytes).toFixed(3)} of the file`);
const { weights } = await timed(
  'diff with weights',
  async () => registry.diff('m', '1.0.0', '1.1.0', { weights: true }),
  2 * bytes,
);
console.log(`  ${weights?.moved.length} tensors moved, the first by ${weights?.moved[0]?.movement?.relative}`);
await timed('scrub of all', async () => registry.scrub(), 3 * bytes);
console.log(`${Math.round(process.resourceUsage().maxRSS / 1024)} MiB at most`);
await repository.close();
rmSync(folder, { recursive: true });
