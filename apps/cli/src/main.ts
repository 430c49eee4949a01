import { oldNodeSentence } from './node-version.ts';

// What follows is loaded only when it is needed: an old Node stops here, and `--help` never loads the engine.
const sentence = oldNodeSentence(process.versions.node);
if (sentence === undefined) {
  const { runProgram } = await import('./process/run.ts');
  const here = import.meta.url;
  await runProgram(new URL(here.endsWith('.ts') ? './compose/worker.ts' : './worker.js', here));
} else {
  process.stderr.write(`${sentence}\n`);
  process.exitCode = 1;
}
