import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const BUNDLE = fileURLToPath(new URL('../dist/holdfast.js', import.meta.url));

/** How a call of the program ended. */
export interface Call {
  readonly code: number | null;
  readonly stdout: string;
  readonly seconds: number;
}

/** The built program, called as a user would call it. */
export interface Holdfast {
  /** Shows the call and the first lines of what it prints. */
  show(args: readonly string[], lines?: number): Call;
  /** Shows the call and parses what it prints with `--json`; progress goes to the terminal. */
  json<T>(args: readonly string[]): { readonly value: T; readonly code: number | null; readonly seconds: number };
  /** The same for JSON Lines. */
  lines<T>(args: readonly string[]): readonly T[];
}

/** The program with an environment of its own: nothing of the user's settings is read or written. */
export function holdfastIn(folder: string): Holdfast {
  const env = {
    ...process.env,
    HOLDFAST_REPO: `${folder}/repository`,
    HOLDFAST_KEY_FILE: `${folder}/demo.key`,
    HOLDFAST_PASSPHRASE: '',
    XDG_CONFIG_HOME: `${folder}/config`,
    XDG_CACHE_HOME: `${folder}/cache`,
  };
  const call = (args: readonly string[]): Call => {
    const started = performance.now();
    const { status, stdout, error } = spawnSync(process.execPath, [BUNDLE, ...args], {
      cwd: folder,
      env,
      encoding: 'utf8',
      maxBuffer: 1024 ** 3,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (error !== undefined) throw error;
    return { code: status, stdout, seconds: (performance.now() - started) / 1000 };
  };
  const told = (args: readonly string[]): Call => {
    console.log(`\n$ holdfast ${args.join(' ')}`);
    return call(args);
  };
  return {
    show: (args, lines = 20) => {
      const ended = told(args);
      const all = ended.stdout.trimEnd().split('\n');
      console.log(all.slice(0, lines).join('\n'));
      if (all.length > lines) console.log(`... and ${all.length - lines} more lines`);
      return ended;
    },
    json: <T>(args: readonly string[]) => {
      const { code, stdout, seconds } = told([...args, '--json']);
      return { value: JSON.parse(stdout) as T, code, seconds };
    },
    lines: <T>(args: readonly string[]) => {
      const { stdout } = call([...args, '--json', '--quiet']);
      return stdout
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as T);
    },
  };
}
