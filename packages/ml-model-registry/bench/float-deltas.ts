/**
 * What a fine-tuned model costs of which all weights moved a little, beside the base: as it is stored, and as it would be with its bytes in planes, or as
 * differences to the base, before zstd. `npm run -s with -- node --conditions=source packages/ml-model-registry/bench/float-deltas.ts 32`
 */
import { zstdCompressSync } from 'node:zlib';

const MIB = 1024 * 1024;
const count = (Number(process.argv[2] ?? 32) * MIB) / 4;

/** The same numbers each time: a normal distribution by Box and Muller over a small generator. */
function normal(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state + 1) / 4_294_967_297;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

const weights = normal(1);
const steps = normal(2);
const base = Float32Array.from({ length: count }, () => 0.02 * weights());
/** A step of training with a small rate. */
const tuned = Float32Array.from(base, (weight) => weight + 2e-5 * steps());

type Numbers = Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>;
const bitsOf = (numbers: Float32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> => new Uint32Array(numbers.buffer);
/** bfloat16, rounded to nearest: what most models are given away in. */
const brain = (numbers: Float32Array<ArrayBuffer>): Uint16Array<ArrayBuffer> =>
  Uint16Array.from(bitsOf(numbers), (bits) => (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);

function planes(numbers: Numbers): Uint8Array {
  const each = numbers.BYTES_PER_ELEMENT;
  const bytes = new Uint8Array(numbers.buffer);
  const out = new Uint8Array(bytes.length);
  for (let byte = 0; byte < each; byte += 1)
    for (let index = 0; index < numbers.length; index += 1)
      out[byte * numbers.length + index] = bytes[index * each + byte] ?? 0;
  return out;
}

const xor = <T extends Numbers>(a: T, b: T): T => a.map((each, index) => each ^ (b[index] ?? 0)) as T;
const plain = (numbers: Numbers): Uint8Array => new Uint8Array(numbers.buffer);

for (const [type, of] of [
  ['float32', bitsOf],
  ['bfloat16', brain],
] as const) {
  const [old, young] = [of(base), of(tuned)];
  const same = young.reduce((sum, each, index) => sum + (each === old[index] ? 1 : 0), 0);
  console.log(`${type}: ${((100 * same) / count).toFixed(1)} % of numbers are the same`);
  const ways: readonly (readonly [name: string, bytes: () => Uint8Array])[] = [
    ['as it is', () => plain(young)],
    ['in planes', () => planes(young)],
    ['difference to the base', () => plain(xor(old, young))],
    ['difference in planes', () => planes(xor(old, young))],
  ];
  for (const [name, bytes] of ways) {
    const start = performance.now();
    const packed = zstdCompressSync(bytes());
    const ms = performance.now() - start;
    const share = packed.length / (old.length * old.BYTES_PER_ELEMENT);
    console.log(`  ${name}: ${share.toFixed(3)} of the file, ${ms.toFixed(0)} ms`);
  }
}
