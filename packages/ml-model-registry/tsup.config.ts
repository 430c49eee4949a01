import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    inspect: 'src/inspect/index.ts',
    onnx: 'src/onnx/index.ts',
    'onnx-child': 'src/onnx/child.ts',
    cache: 'src/cache/index.ts',
    pdf: 'src/pdf/index.ts',
    watch: 'src/watch/index.ts',
  },
  format: ['esm'],
  target: 'node22',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
});
