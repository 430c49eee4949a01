import type { PrintedOutput } from '../command/command-source.ts';
import { BackupError } from '../errors.ts';

/** A check that a dump has its closing line: without it, it is not all there, whatever the exit code says. */
export function endsWith(line: string): (output: PrintedOutput) => void {
  return ({ tail, bytes }) => {
    if (tail.includes(`\n${line}`)) return;
    throw new BackupError(
      'DUMP_INCOMPLETE',
      `Expected a dump that ends with "${line}", got ${bytes} bytes without it`,
      {
        hint: 'Something between the server and here has cut it. Run the backup again.',
      },
    );
  };
}
