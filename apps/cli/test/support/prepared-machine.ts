import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from 'vitest';
import { type Machine, machineIn, type MachineKind } from './cli.ts';
import { newFolder, removeFolder } from './folders.ts';

/** A machine, and what its preparation gave. */
export interface Prepared<Made> {
  readonly machine: Machine;
  readonly made: Made;
}

/**
 * Prepares a machine once for a file of tests, which calls this outside of them: what many tests begin with takes many runs of the
 * program.
 *
 * @returns What puts the machine back to how it was then. There is one machine, in one place, as snapshots know the paths they are of.
 */
export function preparedMachine<Made>(
  prepare: (machine: Machine) => Promise<Made>,
  kind: MachineKind = {},
): () => Promise<Prepared<Made>> {
  let first: Promise<Prepared<Made> & { readonly folder: string; readonly kept: string }> | undefined;
  const begin = async (): NonNullable<typeof first> => {
    const folder = await newFolder();
    const machine = machineIn(join(folder, 'machine'), kind);
    const kept = join(folder, 'kept');
    await mkdir(machine.cwd, { recursive: true });
    const made = await prepare(machine);
    await copy(machine.root, kept);
    return { machine, made, folder, kept };
  };
  afterAll(async () => {
    if (first !== undefined) await removeFolder((await first).folder);
  });
  return async () => {
    const { machine, made, kept } = await (first ??= begin());
    await removeFolder(machine.root);
    await copy(kept, machine.root);
    return { machine, made };
  };
}

/** Times of folders and nanoseconds are among what tests compare, and Node's own copy does not keep them. */
async function copy(from: string, to: string): Promise<void> {
  if (process.platform !== 'win32') await promisify(execFile)('cp', ['-a', from, to]);
  else await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
}
