import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SHAPES, type ShapeName, type ShapeOf } from '../src/output/shapes.ts';

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
  /** Shows the call, parses what it prints with `--json`, and checks that this is what is documented. */
  json<Name extends ShapeName>(shape: Name, args: readonly string[]): Call & { readonly value: ShapeOf<Name> };
  /** The same for JSON Lines. */
  lines<Name extends ShapeName>(shape: Name, args: readonly string[]): readonly ShapeOf<Name>[];
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
    json: (shape, args) => {
      const ended = told([...args, '--json']);
      return { ...ended, value: parsed(shape, ended.stdout) };
    },
    lines: (shape, args) => {
      const lines = call([...args, '--json', '--quiet']).stdout.split('\n');
      return lines.filter((line) => line !== '').map((line) => parsed(shape, line));
    },
  };
}

function parsed<Name extends ShapeName>(shape: Name, text: string): ShapeOf<Name> {
  return SHAPES[shape].parse(JSON.parse(text)) as ShapeOf<Name>;
}
