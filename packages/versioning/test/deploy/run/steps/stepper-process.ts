import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { ShopPlaces } from '../shop-machine.ts';
import type { StepJob } from './step-job.ts';

/** How a process has ended that did a job: `undefined` where it was killed. */
export interface StepperEnd {
  /** The moments that it came past. */
  readonly seen: readonly string[];
  readonly code?: string | undefined;
}

/** Git ignores it, and it is inside of this ES module package. */
const FOLDER = fileURLToPath(new URL('../../../../.cache/test/', import.meta.url));

/** Bundles the process from the sources as they are now: it starts in a tenth of the processor time that loading each source takes. */
export async function bundleStepper(): Promise<string> {
  const { build } = await import('tsup');
  await build({
    config: false,
    entry: { stepper: fileURLToPath(new URL('children/stepper.ts', import.meta.url)) },
    outDir: FOLDER,
    format: ['esm'],
    target: 'node24',
    platform: 'node',
    noExternal: [/.*/],
    // `node:sqlite` has no other name.
    removeNodeProtocol: false,
    // What is CommonJS requires modules of Node.
    banner: { js: "import { createRequire } from 'node:module';\nconst require = createRequire(import.meta.url);" },
    clean: false,
    silent: true,
    esbuildOptions(options) {
      options.conditions = ['source'];
    },
  });
  return `${FOLDER}stepper.js`;
}

/** Runs a process to its end. @throws when it ends otherwise than by being killed or by itself. */
export async function runStepper(
  program: string,
  places: ShopPlaces,
  { job, killAt }: { readonly job: StepJob; readonly killAt?: string | undefined },
): Promise<StepperEnd | undefined> {
  const child = spawn(process.execPath, [program, JSON.stringify([job, places, killAt])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = new Promise<[number | null, string | null]>((resolve) => {
    child.once('exit', (status, by) => resolve([status, by]));
  });
  const said = await text(child.stdout);
  const [code, signal] = await ended;
  if (signal === 'SIGKILL') return undefined;
  if (code !== 0) throw new Error(`Expected the process to end well, got ${code ?? signal}: ${said}`);
  return JSON.parse(said) as StepperEnd;
}
