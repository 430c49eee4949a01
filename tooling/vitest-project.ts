import { availableParallelism, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { memoryFolder } from './memory-folder.ts';

/** Vite's own for server code, and ours before them. */
const conditions = ['source', 'module', 'node', 'development|production'];
/** Threads and processes that tests start compile each module once, not once each: a thread then begins in a third of the time. */
const compileCache = fileURLToPath(new URL('../.cache/compile', import.meta.url));
const countingReporter = fileURLToPath(new URL('counting-reporter.ts', import.meta.url));
const equalBytes = fileURLToPath(new URL('equal-bytes.ts', import.meta.url));

/**
 * The vitest configuration of one package. Packages of the workspace are imported from their sources (the
 * `source` condition), here and in the worker threads and child processes that tests start: no build is needed.
 */
export function testProject(name: string): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      include: ['test/**/*.test.ts'],
      setupFiles: [equalBytes],
      pool: 'forks',
      // A process takes one file after the other: modules have no state of their own, and loading them takes as long as many files do.
      isolate: false,
      // By itself vitest keeps one processor free: of two, half.
      maxWorkers: availableParallelism(),
      execArgv: ['--conditions=source'],
      env: {
        NODE_OPTIONS: '--conditions=source',
        NODE_COMPILE_CACHE: compileCache,
        // Tests are about what is stored, not about disks.
        TMPDIR: process.env['TMPDIR'] ?? memoryFolder() ?? tmpdir(),
      },
      // Many programs share the processors of CI: what passes when run again is counted as passed, and named at the end.
      retry: process.env['CI'] === undefined ? 0 : 1,
      // There it takes its time, too: a limit is for what hangs.
      testTimeout: process.env['CI'] === undefined ? 60_000 : 240_000,
      hookTimeout: process.env['CI'] === undefined ? 60_000 : 240_000,
      reporters: ['default', countingReporter],
      coverage: { provider: 'v8', include: ['src/**/*.ts'], reporter: ['text', 'html'] },
    },
  });
}
