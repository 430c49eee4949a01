import { carryOut } from './carry-out.ts';
import type { Service, ServiceAction, ServiceCall, ServiceSpec, ServiceStatus, ServiceVerb } from './contract.ts';
import { runProgram } from './program.ts';
import { serviceLogs } from './service-logs.ts';

/** Options of {@link commandService}: programs with their arguments, no shell. They run in the service's folder with its variables, and `VERSION` where a call names one. */
export interface CommandServiceOptions {
  readonly start: readonly [string, ...string[]];
  readonly stop: readonly [string, ...string[]];
  /** Default: `stop`, then `start`. */
  readonly restart?: readonly [string, ...string[]] | undefined;
  /** Default: `restart`. */
  readonly handOver?: readonly [string, ...string[]] | undefined;
  /** Ends with 0 when the service runs, with 3 when it does not, as `systemctl status` does. Without it the state is unknown. */
  readonly status?: readonly [string, ...string[]] | undefined;
}

const NOT_RUNNING = 3;

/** A service that programs of one's own start and stop. They may be called again at any time, and then have to end well, too. */
export function commandService(spec: ServiceSpec, options: CommandServiceOptions): Service {
  const { start, stop, restart, handOver, status } = options;
  const restarting = restart === undefined ? [stop, start] : [restart];
  const commands: Readonly<Record<ServiceVerb, readonly (readonly [string, ...string[]])[]>> = {
    install: [],
    start: [start],
    stop: [stop],
    restart: restarting,
    handOver: handOver === undefined ? restarting : [handOver],
    uninstall: [stop],
  };
  const plan = (verb: ServiceVerb, { version }: ServiceCall): readonly ServiceAction[] => {
    const environment = { ...spec.environment, ...(version === undefined ? {} : { VERSION: version }) };
    return commands[verb].map((command) => ({ kind: 'run', command, environment, needsRoot: false }));
  };
  return {
    kind: 'command',
    spec,
    plan: async (verb, call = {}) => plan(verb, call),
    run: (verb, call = {}) => carryOut(plan(verb, call), { spec, call, cwd: spec.workingDirectory }),
    status: ({ signal } = {}) => askStatus(spec, status, signal),
    logs: (logOptions) => serviceLogs(spec, logOptions),
  };
}

async function askStatus(
  { environment, workingDirectory: cwd }: ServiceSpec,
  command: CommandServiceOptions['status'],
  signal: AbortSignal | undefined,
): Promise<ServiceStatus> {
  if (command === undefined) return { state: 'unknown', pids: [], detail: 'no command asks for it' };
  const env = { ...(process.env as Record<string, string>), ...environment };
  const { code, said } = await runProgram(command, { cwd, env, signal });
  const detail = said === '' ? undefined : said;
  if (code === 0) return { state: 'running', pids: [], detail };
  return { state: code === NOT_RUNNING ? 'stopped' : 'failed', pids: [], detail: detail ?? `exit code ${code}` };
}

/** No service: a deploy only switches files. */
export function noService(spec: ServiceSpec): Service {
  return {
    kind: 'none',
    spec,
    plan: async () => [],
    run: async () => undefined,
    status: async () => ({ state: 'unknown', pids: [], detail: 'there is no service' }),
    logs: (logOptions) => serviceLogs(spec, logOptions),
  };
}
