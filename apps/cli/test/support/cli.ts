import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SHAPES, type ShapeName, type ShapeOf } from '../../src/output/shapes.ts';
import { BUNDLE } from './bundle.ts';
import { temporaryFolder } from './folders.ts';
import { isFree, runHere } from './in-process.ts';

const SOURCE = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** How a run of the program ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a run may be given. */
export interface CallOptions {
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
  readonly input?: string | undefined;
  /** Starts the program, for what is about its process. By itself a run takes none unless another one is under way. */
  readonly start?: boolean | undefined;
  /** Runs the sources instead of the bundle. */
  readonly sources?: boolean | undefined;
  readonly nodeFlags?: readonly string[] | undefined;
  /** Called with the child and everything it has said on standard output so far, whenever it says more. */
  readonly onStdout?: ((child: ChildProcess, text: string) => void) | undefined;
  /** The same for standard error. */
  readonly onStderr?: ((child: ChildProcess, text: string) => void) | undefined;
}

/** A machine of one's own: home, settings, cache, a working directory and a place for the repository. */
export interface Machine {
  readonly root: string;
  readonly cwd: string;
  readonly repository: string;
  readonly env: Readonly<Record<string, string>>;
  /** The command as a shell would have it, to be run with {@link Machine.env}. */
  readonly command: readonly string[];
  run(args: readonly string[], options?: CallOptions): Promise<Ended>;
  /** Runs with `--json`, expects success, and returns the object after a check of its shape. */
  json<Name extends ShapeName>(shape: Name, args: readonly string[], options?: CallOptions): Promise<ShapeOf<Name>>;
}

/** Parses and checks what `--json` printed: exactly the documented fields. */
export function parseShape<Name extends ShapeName>(shape: Name, text: string): ShapeOf<Name> {
  return SHAPES[shape].parse(JSON.parse(text)) as ShapeOf<Name>;
}

/** The same for JSON Lines. */
export function parseLines<Name extends ShapeName>(shape: Name, text: string): readonly ShapeOf<Name>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parseShape(shape, line));
}

/** Whether a run is about its process: what it says while it runs is for who kills it. */
function needsProcess({ start, sources, nodeFlags, onStdout, onStderr }: CallOptions): boolean {
  return (start ?? sources ?? false) || (nodeFlags ?? onStdout ?? onStderr) !== undefined;
}

function ended(child: ChildProcess, options: CallOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onStdout?.(child, stdout);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onStderr?.(child, stderr);
    });
    child.on('error', reject).on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    child.stdin?.on('error', () => {}).end(options.input ?? '');
  });
}

/** Makes a {@link Machine} that is removed when the test is over. */
export async function newMachine(): Promise<Machine> {
  const machine = machineIn(await temporaryFolder());
  await mkdir(machine.cwd);
  return machine;
}

/** A {@link Machine} in a folder of its own. Nothing is made. */
export function machineIn(root: string): Machine {
  const cwd = join(root, 'work');
  const repository = join(root, 'repository');
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: join(root, 'home'),
    XDG_CONFIG_HOME: join(root, 'config'),
    XDG_CACHE_HOME: join(root, 'cache'),
    HOLDFAST_REPO: repository,
    // git looks no further up than this test's folder.
    GIT_CEILING_DIRECTORIES: root,
    LC_ALL: 'C.UTF-8',
    // Thousands of runs need not compile the program one by one.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
  };
  const command = [process.execPath, BUNDLE];
  const run = (args: readonly string[], options: CallOptions = {}): Promise<Ended> => {
    const place = { cwd: options.cwd ?? cwd, env: { ...env, ...options.env } };
    if (!needsProcess(options) && isFree()) return runHere({ ...place, args, input: options.input ?? '' });
    const start = options.sources ? ['--conditions=source', SOURCE] : [BUNDLE];
    const rest = [...(options.nodeFlags ?? []), ...start, ...args];
    return ended(spawn(process.execPath, rest, place), options);
  };
  return {
    root,
    cwd,
    repository,
    env,
    command,
    run,
    json: async (shape, args, options) => {
      const { code, stdout, stderr } = await run([...args, '--json'], options);
      if (code !== 0) throw new Error(`Expected exit code 0 of ${args.join(' ')}, got ${code}: ${stdout}${stderr}`);
      return parseShape(shape, stdout);
    },
  };
}
