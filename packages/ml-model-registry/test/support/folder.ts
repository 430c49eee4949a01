import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { dense, graph, savedModel, signature, variable } from '../inspect/tensorflow/samples.ts';
import { fixture } from './fixture.ts';
import { field } from './protobuf.ts';
import { floats, safetensorsOf } from './safetensors.ts';

/** A folder by the paths of its files. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Writes files to a folder, and gives its path. */
export function writeFolder(files: Files, root: string = join(mkdtempSync(join(tmpdir(), 'folder-')), 'm')): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** The end of a table of LevelDB: two places, and its magic number. */
const index = Buffer.concat([Buffer.alloc(40), Buffer.from('57fb808b247547db', 'hex')]);

/** A saved model of TensorFlow with a variable, whose numbers are all `value`. */
export const savedModelFiles = (value = 1): Files => ({
  'saved_model.pb': savedModel(graph(dense), signature, field(7, variable('w', 3, 2))),
  'fingerprint.pb': Uint8Array.of(8, 1),
  'variables/variables.index': index,
  'variables/variables.data-00000-of-00002': new Uint8Array(new Float32Array(6).fill(value).buffer),
  'variables/variables.data-00001-of-00002': new Uint8Array(0),
  'assets/words.txt': 'one\ntwo\n',
});

/** Weights in two files, with an index of them. */
export const shardedFiles = (value = 1): Files => ({
  'config.json': '{"model_type":"price"}',
  'README.md': '# Price\n',
  'model-00001-of-00002.safetensors': safetensorsOf({ a: floats([1, 2]), b: floats([3]) }),
  'model-00002-of-00002.safetensors': safetensorsOf({ c: floats([value, 0, 0, 0]) }),
  'model.safetensors.index.json': JSON.stringify({
    metadata: { total_size: 28 },
    weight_map: {
      a: 'model-00001-of-00002.safetensors',
      b: 'model-00001-of-00002.safetensors',
      c: 'model-00002-of-00002.safetensors',
    },
  }),
});

/** A model of ONNX with its numbers in a file beside it, as its own library writes it. */
export const onnxFiles = (): Files => ({
  'price.onnx': fixture('onnx/outside.onnx'),
  'weights.bin': fixture('onnx/weights.bin'),
});
