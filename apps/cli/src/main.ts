import { isMainThread, workerData } from 'node:worker_threads';
import { oldNodeSentence } from './node-version.ts';

// What follows is loaded only when it is needed: an old Node stops here, a worker thread of the engine takes
// the engine's part, and `--help` never loads the engine.
const sentence = oldNodeSentence(process.versions.node);
if (sentence !== undefined) {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
} else if (!isMainThread && (workerData as { holdfast?: unknown } | null)?.holdfast !== undefined) {
  // The module sees that it is in a worker thread, and starts.
  await import('@x/backup-store/worker');
} else {
  const { runProgram } = await import('./process/run.ts');
  await runProgram(new URL(import.meta.url));
}
