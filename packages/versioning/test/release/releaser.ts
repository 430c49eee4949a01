import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { bundledProgram } from '../../../../tooling/bundled-program.ts';

/** What a process of its own releases. */
export interface ReleaserJob {
  readonly folder: string;
  readonly stored: string;
  readonly remote?: string | undefined;
  /** PEM. */
  readonly privateKey: string;
  readonly at: string;
  /** It dies before this write to the storage; the first one is 1. */
  readonly killAt?: number | undefined;
  /** It stops there until it is told to go on. */
  readonly stopAt?: number | undefined;
}

/** How it ended. */
export type ReleaserEnd =
  | { readonly killed: true }
  | { readonly killed: false; readonly writes: number; readonly manifest: string };

const PROGRAM = new URL('children/releaser.ts', import.meta.url);

/** Begins a process. */
export async function startReleaser(job: ReleaserJob): Promise<ChildProcessByStdio<null, Readable, Readable>> {
  return spawn(process.execPath, [await bundledProgram(PROGRAM), JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a process to its end. @throws when it fails otherwise than by being killed. */
export async function runReleaser(job: ReleaserJob): Promise<ReleaserEnd> {
  const child = await startReleaser(job);
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.once('close', (status, by) => {
      resolve([status, by]);
    });
  });
  if (signal === 'SIGKILL') return { killed: true };
  if (code !== 0) throw new Error(`Expected the process to end well, got ${code}: ${said}`);
  return { killed: false, ...(JSON.parse(said) as { writes: number; manifest: string }) };
}
