import { spawn, spawnSync } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const bootstrap = join(root, 'tools', 'bootstrap');
export const windows = process.platform === 'win32';

const env = {
  ...process.env,
  TURBO_TELEMETRY_DISABLED: '1',
  TURBO_NO_UPDATE_NOTIFIER: '1',
  DO_NOT_TRACK: '1',
};
// On Windows the variable may be spelled `Path`; with two spellings in one environment either may win.
const pathName = Object.keys(env).find((name) => name.toUpperCase() === 'PATH') ?? 'PATH';
env[pathName] = [join(root, 'node_modules', '.bin'), join(bootstrap, 'node_modules', '.bin'), env[pathName] ?? '']
  .filter((part) => part !== '')
  .join(delimiter);

/**
 * Runs a command to its end, with the checkout's own programs first on PATH, and returns its exit status.
 * With `quiet` it writes to stderr only, so that stdout stays with what the user asked for; with `silent` it writes
 * only when it fails, to stderr too.
 */
export function run(command, args, { quiet = false, silent = false, cwd = root } = {}) {
  const started = performance.now();
  const stdio = silent ? ['ignore', 'pipe', 'pipe'] : quiet ? ['ignore', 2, 2] : 'inherit';
  const result = spawnSync(command, args, { cwd, env, stdio, shell: windows, maxBuffer: Infinity });
  if (result.error) throw result.error;
  if (silent && result.status !== 0) process.stderr.write(Buffer.concat([result.stdout, result.stderr]));
  if (!quiet && !silent)
    console.error(`[${((performance.now() - started) / 1000).toFixed(1)} s] ${command} ${args.join(' ')}`);
  return result.status ?? 128 + (constants.signals[result.signal] ?? 0);
}

/** Like `run`, and ends this process when the command fails. */
export function must(command, args, options) {
  const status = run(command, args, options);
  if (status !== 0) process.exit(status);
}

/** Runs a command as if it had been called in place of this process: its streams, its exit code, its signals. */
export function become(command, args, cwd) {
  const child = spawn(command, args, { cwd, env, stdio: 'inherit', shell: windows && command !== process.execPath });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal sends Ctrl-C to the whole process group; forwarding it would make it two.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on('error', (error) => {
    console.error(error.message);
    process.exit(127);
  });
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}
