import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ShopPlaces } from '../shop-machine.ts';
import type { StepJob } from './step-job.ts';

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

/** A process that does a job. */
export interface Stepper {
  /** Starts a process, and lets it go from moment to moment as long as it is told so. Then it is killed. @returns The moments that it came past. */
  run(job: StepJob, goesOn: (moment: string) => boolean): Promise<readonly string[]>;
}

/** Processes that do jobs at a place. */
export function stepper(program: string, places: ShopPlaces): Stepper {
  return {
    async run(job, goesOn) {
      const child = spawn(process.execPath, [program, JSON.stringify([job, places])], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: { ...process.env, NODE_OPTIONS: '' },
      });
      const ended = once(child, 'exit');
      const seen: string[] = [];
      for await (const moment of createInterface(child.stdout)) {
        seen.push(moment);
        if (goesOn(moment) && !moment.startsWith('end')) child.stdin.write('.');
        else child.kill('SIGKILL');
      }
      const [code, signal] = (await ended) as [number | null, string | null];
      if (signal !== 'SIGKILL') throw new Error(`Expected the process to be killed, got ${code ?? signal}`);
      return seen;
    },
  };
}
