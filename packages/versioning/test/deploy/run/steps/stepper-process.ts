import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { bundledProgram } from '../../../../../../tooling/bundled-program.ts';
import type { ShopPlaces } from '../shop-machine.ts';
import type { StepJob } from './step-job.ts';

/** The process, bundled. */
export const bundleStepper = (): Promise<string> => bundledProgram(new URL('children/stepper.ts', import.meta.url));

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
