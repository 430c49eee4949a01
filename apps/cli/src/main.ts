import { oldNodeSentence } from './node-version.ts';

// What follows is loaded only when it is needed: an old Node stops here, and `--help` never loads the engine.
const sentence = oldNodeSentence(process.versions.node);
if (sentence === undefined) {
  const { runProgram } = await import('./process/run.ts');
  await runProgram(new URL('./worker.js', import.meta.url));
} else {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
