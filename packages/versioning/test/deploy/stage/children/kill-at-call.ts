import promises, { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

type Call = (this: unknown, ...args: unknown[]) => Promise<unknown>;

const CHANGING = ['mkdir', 'rename', 'rm', 'symlink', 'link', 'copyFile', 'chmod'] as const;

/** How a process ends on Windows that was to be killed. */
export const KILLED = 9;

/** Has this process kill itself before that of the calls which change files whose number it is given, or in the midst of a write. */
export async function killAtCall(folder: string, last: number): Promise<void> {
  let calls = 0;
  const count = (of: object, names: readonly string[]): void => {
    const functions = of as Record<string, Call>;
    for (const name of names) {
      const original = functions[name] as Call;
      functions[name] = async function counted(...args) {
        if (++calls === last) {
          const [bytes] = args;
          if (name === 'writeFile' && typeof bytes === 'string')
            await original.call(this, bytes.slice(0, bytes.length / 2));
          // Windows does not say by what a process has ended.
          if (process.platform === 'win32') process.exit(KILLED);
          process.kill(process.pid, 'SIGKILL');
        }
        return original.apply(this, args);
      };
    }
  };
  const file = await open(folder);
  count(Object.getPrototypeOf(file) as object, ['writeFile']);
  await file.close();
  count(promises, CHANGING);
  syncBuiltinESMExports();
}
