import promises, { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { applyFileChanges, undoFileChanges } from '../../../src/files/apply-file-changes.ts';
import type { FileChange } from '../../../src/index.ts';

// Applies or undoes changes, and kills itself at that of the calls which change files whose number it was given: before it, or in the midst of a write.
const [workspace = '', direction = '', changes = '[]', last = ''] = process.argv.slice(2);
type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;
let calls = 0;

function countCalls(of: object, names: readonly string[]): void {
  const functions = of as Record<string, Call>;
  for (const name of names) {
    const original = functions[name] as Call;
    functions[name] = async function counted(...args) {
      const [text] = args;
      // Tidying up is no change.
      const isCounted = name !== 'rm' || !String(text).endsWith('.part');
      if (isCounted && ++calls === Number(last)) {
        if (name === 'writeFile' && typeof text === 'string') await original.call(this, text.slice(0, text.length / 2));
        process.kill(process.pid, 'SIGKILL');
      }
      return original.apply(this, args);
    };
  }
}

const file = await open(workspace);
countCalls(Object.getPrototypeOf(file) as object, ['writeFile']);
await file.close();
countCalls(promises, ['rename', 'rm']);
syncBuiltinESMExports();
const carryOut = direction === 'undo' ? undoFileChanges : applyFileChanges;
await carryOut(workspace, JSON.parse(changes) as FileChange[]);
