import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    access: 'src/access/index.ts',
    alerts: 'src/alerts/index.ts',
    drills: 'src/drills/index.ts',
    health: 'src/health/index.ts',
    metrics: 'src/metrics/index.ts',
    report: 'src/report/index.ts',
    watch: 'src/watch/index.ts',
  },
  format: ['esm'],
  target: 'es2024',
  platform: 'node',
  dts: true,
  sourcemap: true,
  clean: true,
  splitting: true,
});
