import { spawnSync } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { userInfo } from 'node:os';
import { shown, VersioningError } from '../../../errors.ts';
import type { ServiceSpec } from '../contract.ts';
import { serviceNotPermitted, serviceUnavailable } from '../service-failure.ts';
import type { Front } from './model.ts';

/** How it is known that a copy of the service does its work. The default is that its address takes connections or, where it has none, that it has not ended within a second. */
export interface ServiceHealth {
  /** A path that answers with a status below 400. */
  readonly path?: string | undefined;
  /** How long it may take, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /** A service without an address is healthy when it has run for so long, in milliseconds. Default: 1000. */
  readonly settledMs?: number | undefined;
}

/** Options of a service of processes. */
export interface ProcessServiceOptions {
  /** A folder for what is wanted and what runs, absolute, of this service alone. */
  readonly state: string;
  /** The port that clients know. Without it and without `socket` the service has no address. */
  readonly port?: number | undefined;
  /** Where the port is served. Default: `0.0.0.0`, on all networks of this machine. */
  readonly host?: string | undefined;
  /** A socket that clients know, in place of a port. */
  readonly socket?: string | undefined;
  /** First and last of the ports that copies of the service get. Default: 20,000 to 29,999. */
  readonly portRange?: readonly [number, number] | undefined;
  /** The variable that says to a copy where to listen. Default: `PORT`, or `SOCKET_PATH` with a `socket`. */
  readonly variable?: string | undefined;
  readonly health?: ServiceHealth | undefined;
  /**
   * Who serves the address. `http` and `tcp`: the built-in proxy, which passes on requests or connections. `none`: the service itself, so that it is
   * restarted where it would be handed over. A command: another proxy, which it tells of the port in `PORT` or of the socket in `SOCKET_PATH`; it may be called again. Default: `http`.
   */
  readonly front?: 'http' | 'tcp' | 'none' | { readonly command: readonly [string, ...string[]] } | undefined;
  /** How long the old copy may take for what came before the switch, such as open WebSockets, in milliseconds. Default: 30,000. */
  readonly drainMs?: number | undefined;
  /** How long the built-in proxy lets a request wait while no copy listens, in milliseconds. Default: 15,000. */
  readonly holdMs?: number | undefined;
  /** The module that keeps the service running, where the package was bundled: what does `import '@x/versioning/keeper'`. Default: this package's own. */
  readonly keeper?: URL | undefined;
}

/** {@link ProcessServiceOptions} with all that is left out. */
export interface ProcessSettings {
  readonly state: string;
  readonly front: Front | undefined;
  readonly hook: readonly [string, ...string[]] | undefined;
  /** How copies are reached. */
  readonly address:
    | { readonly kind: 'none' }
    | { readonly kind: 'fixed'; readonly port: number }
    | { readonly kind: 'fixed-socket'; readonly socket: string }
    | { readonly kind: 'ports'; readonly range: readonly [number, number] }
    | { readonly kind: 'sockets' };
  readonly variable: string;
  readonly health: { readonly timeoutMs: number; readonly settledMs: number; readonly path: string | undefined };
  readonly drainMs: number;
  readonly keeper: URL;
}

const DEFAULT_RANGE = [20_000, 29_999] as const;
/** Names of sockets are limited by the system, the shortest of them (macOS) to this many bytes. */
const LONGEST_SOCKET = 100;
/** What is added to the state folder for the socket of a copy. */
const SOCKET_NAME = '/12345678.sock';

/** Checks options. @throws {VersioningError} `INVALID_OPTION`. */
export function processSettings(spec: ServiceSpec, options: ProcessServiceOptions): ProcessSettings {
  const { state, port, socket, front = 'http', health = {} } = options;
  if (!isAbsolute(state)) throw invalid('an absolute folder for the state', state);
  if (port !== undefined && socket !== undefined) throw invalid('a port or a socket', 'both');
  if (port !== undefined && !isPort(port)) throw invalid('a port from 1 to 65535', port);
  const hook = typeof front === 'object' ? front.command : undefined;
  const hasProxy = front === 'http' || front === 'tcp';
  return {
    state,
    hook,
    front: hasProxy ? proxyOf(options, front) : undefined,
    address: addressOf(options, front === 'none'),
    variable: options.variable ?? (socket === undefined ? 'PORT' : 'SOCKET_PATH'),
    health: { timeoutMs: health.timeoutMs ?? 60_000, settledMs: health.settledMs ?? 1000, path: health.path },
    drainMs: options.drainMs ?? 30_000,
    keeper: options.keeper ?? defaultKeeper(),
  };
}

/** @throws {VersioningError} `SERVICE_UNAVAILABLE` on Windows; `SERVICE_NOT_PERMITTED` when it is to run as another user, or with another group. */
export function checkSystem(spec: ServiceSpec, platform: NodeJS.Platform = process.platform): void {
  // Nobody can be asked to end there, and no shell becomes the program.
  if (platform === 'win32')
    throw serviceUnavailable('a POSIX system', 'Windows', 'Choose the service type nssm, windows or command.');
  checkUser(spec);
  checkGroup(spec);
}

function checkUser(spec: ServiceSpec): void {
  const { user } = spec;
  if (user === undefined) return;
  const me = userInfo();
  if (user === me.username || user === String(me.uid)) return;
  throw serviceNotPermitted(spec, `user ${shown(user)}, while this process runs as ${shown(me.username)}`, [
    { kind: 'own', text: `start it as that user (su -s /bin/sh ${user}), or let systemd do it`, needsRoot: false },
  ]);
}

function checkGroup(spec: ServiceSpec): void {
  const { group } = spec;
  const number = String(process.getegid?.());
  if (group === undefined || group === number) return;
  // Groups may come from a directory: only the system knows their names.
  const { error, stdout } = spawnSync('id', ['-gn'], { encoding: 'utf8' });
  const mine = error === undefined ? stdout.trim() : number;
  if (group === mine) return;
  throw serviceNotPermitted(spec, `group ${shown(group)}, while this process runs with ${shown(mine)}`, [
    { kind: 'own', text: `start it with that group (sg ${group} -c COMMAND), or let systemd do it`, needsRoot: false },
  ]);
}

function proxyOf(
  { port, host = '0.0.0.0', socket, holdMs = 15_000 }: ProcessServiceOptions,
  protocol: 'http' | 'tcp',
): Front | undefined {
  if (socket !== undefined) return { protocol, listen: { socket }, holdMs };
  return port === undefined ? undefined : { protocol, listen: { port, host }, holdMs };
}

function addressOf(
  { state, port, socket, portRange, front }: ProcessServiceOptions,
  isOwn: boolean,
): ProcessSettings['address'] {
  if (socket !== undefined) {
    if (isOwn) return { kind: 'fixed-socket', socket };
    const length = Buffer.byteLength(state + SOCKET_NAME);
    if (length > LONGEST_SOCKET)
      throw invalid(`a state folder whose sockets have at most ${LONGEST_SOCKET} bytes`, join(state, SOCKET_NAME));
    return { kind: 'sockets' };
  }
  if (port === undefined && typeof front !== 'object') return { kind: 'none' };
  if (isOwn && port !== undefined) return { kind: 'fixed', port };
  const [first, last] = portRange ?? DEFAULT_RANGE;
  if (!isPort(first) || !isPort(last) || first >= last)
    throw invalid('two ports, the first and the last of at least two', `${first} and ${last}`);
  return { kind: 'ports', range: [first, last] };
}

/** The program beside this module: TypeScript in a checkout, JavaScript once built. */
function defaultKeeper(): URL {
  const here = import.meta.url;
  return here.endsWith('.ts') ? new URL('./keeper.ts', here) : new URL('./keeper.js', here);
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65_535;

function invalid(expected: string, got: unknown): VersioningError {
  return new VersioningError('INVALID_OPTION', `Expected ${expected} for a service, got ${shown(got)}`);
}
