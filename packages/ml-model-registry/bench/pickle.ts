/** How long a pickle of a million opcodes takes: `npm run -s with -- node packages/ml-model-registry/bench/pickle.ts`. */
import { inspectModel } from '../src/inspect/inspect-model.ts';

const OPCODES = 1_000_000;

/** A dict of lists of numbers and texts, as Python's pickler writes it. */
function sample(): Uint8Array {
  const entry = (index: number): Uint8Array => {
    const key = Buffer.from(`column ${index}`);
    return Buffer.concat([
      Uint8Array.of(0x8c, key.length),
      key,
      Buffer.from('\x94]\x94(K\x01K\x02G\x00\x00\x00\x00\x00\x00\x00\x00NN\x88e', 'latin1'),
    ]);
  };
  const entries = Array.from({ length: OPCODES / 12 }, (_, index) => entry(index));
  return Buffer.concat([Uint8Array.of(0x80, 4), Buffer.from('}\x94(', 'latin1'), ...entries, Buffer.from('u.')]);
}

const bytes = sample();
for (let round = 0; round < 3; round += 1) {
  const start = performance.now();
  const { verdict } = await inspectModel(bytes);
  console.log(`${OPCODES} opcodes, ${bytes.length} bytes, ${verdict}: ${Math.round(performance.now() - start)} ms`);
}
