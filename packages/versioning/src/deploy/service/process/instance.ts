import { createHash, randomBytes } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { systemRandom } from '../../../intents/random.ts';
import type { ServiceSpec } from '../contract.ts';
import type { Address, Instance, Wanted } from './model.ts';
import type { ProcessSettings } from './options.ts';

const DEFAULT_RESTART_MS = 10_000;
const DEFAULT_STOP_MS = 10_000;

/** What a copy of the service is made of. */
export interface InstanceBasis {
  readonly spec: ServiceSpec;
  readonly settings: ProcessSettings;
  readonly version?: string | undefined;
}

/** The digest of what would be started, by which a copy is told to be of the same. Where `current` leads to is part of it. */
export async function digestOf({ spec, settings, version }: InstanceBasis): Promise<string> {
  const { command, environment, stdout, stderr } = spec;
  const places = await pinned(spec);
  const all = [
    command,
    places,
    Object.entries(environment).toSorted(([a], [b]) => (a < b ? -1 : 1)),
    stdout,
    stderr,
    settings.address,
    settings.variable,
    version,
  ];
  return createHash('sha256').update(JSON.stringify(all)).digest('hex');
}

/** A new copy, with an address of its own. */
export async function newInstance(basis: InstanceBasis, { instances }: Wanted): Promise<Instance> {
  const { spec, settings, version } = basis;
  const id = randomBytes(4).toString('hex');
  const used = instances.flatMap(({ address }) => (address !== undefined && 'port' in address ? [address.port] : []));
  const address = await newAddress(id, settings, used);
  return {
    id,
    version,
    digest: await digestOf(basis),
    command: spec.command,
    ...(await pinned(spec)),
    environment: spec.environment,
    own:
      address === undefined ? {} : { [settings.variable]: 'port' in address ? String(address.port) : address.socket },
    stdout: spec.stdout,
    stderr: spec.stderr,
    restartDelayMs: spec.restartDelayMs ?? DEFAULT_RESTART_MS,
    stopTimeoutMs: spec.stopTimeoutMs ?? DEFAULT_STOP_MS,
    address,
  };
}

/**
 * Where a copy works and reads its variables, without links on the way: `current` may lead elsewhere when the copy is started again by itself, and then it must not become another
 * version.
 */
async function pinned({
  workingDirectory,
  environmentFile,
}: ServiceSpec): Promise<Pick<Instance, 'workingDirectory' | 'environmentFile'>> {
  const folder = await realpath(workingDirectory).catch(() => workingDirectory);
  if (environmentFile === undefined) return { workingDirectory: folder };
  const isOptional = environmentFile.startsWith('-');
  const path = isOptional ? environmentFile.slice(1) : environmentFile;
  const parent = await realpath(dirname(path)).catch(() => dirname(path));
  return { workingDirectory: folder, environmentFile: `${isOptional ? '-' : ''}${join(parent, basename(path))}` };
}

async function newAddress(
  id: string,
  { address, state }: ProcessSettings,
  used: readonly number[],
): Promise<Address | undefined> {
  switch (address.kind) {
    case 'none':
      return undefined;
    case 'fixed':
      return { port: address.port };
    case 'fixed-socket':
      return { socket: address.socket };
    case 'sockets':
      return { socket: join(state, `${id}.sock`) };
    case 'ports':
      return { port: await freePort(address.range, used) };
  }
}

/** A port of a range that nobody listens on, from a random one on: of two services, both would begin with the first. */
async function freePort([first, last]: readonly [number, number], used: readonly number[]): Promise<number> {
  const size = last - first + 1;
  const begin = Math.floor(systemRandom() * size);
  for (let i = 0; i < size; i++) {
    const port = first + ((begin + i) % size);
    if (!used.includes(port) && (await isFree(port))) return port;
  }
  // All are taken: the copy tells so itself when it is started.
  return first + begin;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
