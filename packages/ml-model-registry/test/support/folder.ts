import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fixture } from './fixture.ts';
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

/** A saved model of TensorFlow, as that has written it. */
export function savedModelFiles(step: 'before' | 'after' = 'before'): Files {
  const paths = [
    'fingerprint.pb',
    'saved_model.pb',
    'variables/variables.data-00000-of-00001',
    'variables/variables.index',
  ];
  const files = paths.map((path) => [path, fixture(`tensorflow/${step}/${path}`)] as const);
  return { 'assets/words.txt': 'one\ntwo\n', ...Object.fromEntries(files) };
}

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
