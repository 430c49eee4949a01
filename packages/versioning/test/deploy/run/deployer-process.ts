import { spawn } from 'node:child_process';
import { bundledProgram } from '../../../../../tooling/bundled-program.ts';
import type { ShopPlaces } from './shop-machine.ts';

/** What a process of its own does. */
export interface DeployerJob {
  readonly places: ShopPlaces;
  /** `undefined`: it rolls back. */
  readonly version?: string | undefined;
  /** It dies at this moment; the first one is 1. */
  readonly killAt?: number | undefined;
  /** The first of the moments that are counted. Default: whichever comes first. */
  readonly from?: string | undefined;
  /** How long its checks are asked again, in milliseconds. */
  readonly healthTimeoutMs?: number | undefined;
  /** It is asked to stop at the first moment of this name. */
  readonly abortAt?: string | undefined;
}

/** How it ended. */
export interface DeployerEnd {
  readonly killed: boolean;
  /** The moments that it came past. */
  readonly seen: readonly string[];
  readonly code?: string | undefined;
  readonly hint?: string | undefined;
}

const PROGRAM = new URL('children/deployer.ts', import.meta.url);

/** Runs a process to its end. @throws when it ends otherwise than by being killed or by itself. */
export async function runDeployer(job: DeployerJob): Promise<DeployerEnd> {
  const child = spawn(process.execPath, [await bundledProgram(PROGRAM), JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, complained] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (complained += bytes.toString()));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    // Not `close`: the server that it has started may hold what it said.
    child.once('exit', (status, by) => setImmediate(() => resolve([status, by])));
  });
  if (signal === 'SIGKILL') return { killed: true, seen: [] };
  if (code !== 0) throw new Error(`Expected the process to end well, got ${code}: ${said}${complained}`);
  return { killed: false, ...(JSON.parse(said) as Omit<DeployerEnd, 'killed'>) };
}
