import { shown, VersioningError } from '../../../errors.ts';
import { carryOut, type Explanation } from '../carry-out.ts';
import type { Service, ServiceAction, ServiceCall, ServiceSpec, ServiceStatus, ServiceVerb } from '../contract.ts';
import { systemSleep } from '../../../clock.ts';
import { type ProgramAnswer, runProgram } from '../program.ts';
import { serviceFailed } from '../service-failure.ts';
import { serviceLogs } from '../service-logs.ts';
import { checkServiceName } from '../service-name.ts';
import { untilSettled } from '../settled.ts';
import { refuseAccount } from '../unused-account.ts';
import { SC, scStatus } from './sc-status.ts';
import { planNssm, planWindows, type WindowsBasis } from './windows-plan.ts';

/** Options of {@link windowsService}. */
export interface WindowsServiceOptions {
  /** Default: `sc.exe`. */
  readonly sc?: string | undefined;
  /** It counts as started when it has run for so long, in milliseconds. Default: 1000. */
  readonly settledMs?: number | undefined;
}

/** Options of {@link nssmService}. */
export interface NssmServiceOptions extends WindowsServiceOptions {
  /** Default: `nssm.exe`. */
  readonly nssm?: string | undefined;
}

type Planner = (verb: ServiceVerb, spec: ServiceSpec, basis: WindowsBasis) => readonly ServiceAction[];

const LOOK_MS = 100;
/** What a service may take beyond its own time until it has stopped, in milliseconds. */
const STOP_GRACE_MS = 30_000;
const DEFAULT_STOP_MS = 10_000;

/**
 * A program as a service of Windows by [NSSM](https://nssm.cc), which starts it again whenever it ends and appends its output to the two files. A hand-over is a restart. Passwords of accounts are never
 * passed on: with an account that has one, the plan says what to do by hand.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a name that Windows can't have, and for a group.
 */
export function nssmService(spec: ServiceSpec, options: NssmServiceOptions = {}): Service {
  return ofWindows('nssm', spec, { ...options, planner: planNssm });
}

/**
 * A program that is a Windows service by itself, registered with `sc.exe`. Its output goes where it writes it; Windows starts it in its own folder, and reads no file of variables.
 *
 * @throws {VersioningError} `INVALID_OPTION` for a name that Windows can't have, for a group, and for a program with a quote.
 */
export function windowsService(spec: ServiceSpec, options: WindowsServiceOptions = {}): Service {
  if (spec.command[0].includes('"'))
    throw new VersioningError('INVALID_OPTION', `Expected a program without quotes, got ${shown(spec.command[0])}`);
  return ofWindows('windows', spec, { ...options, planner: planWindows });
}

function ofWindows(
  kind: string,
  spec: ServiceSpec,
  options: NssmServiceOptions & { readonly planner: Planner },
): Service {
  checkServiceName(spec.name);
  refuseAccount(spec, {
    keeper: 'Windows',
    members: ['group'],
    hint: 'Leave it out: a service has the groups of its account. Make its `user` a member of the group: net localgroup GROUP ACCOUNT /add',
  });
  const { sc = 'sc.exe', nssm = 'nssm.exe', settledMs = 1000, planner } = options;
  const status = async (signal: AbortSignal | undefined): Promise<ServiceStatus> => {
    const { code, output } = await runProgram([sc, 'queryex', spec.name], { signal });
    return scStatus(code, output);
  };
  const plan = async (verb: ServiceVerb, signal?: AbortSignal): Promise<readonly ServiceAction[]> => {
    const { state } = await status(signal);
    return planner(verb, spec, { nssm, sc, isInstalled: state !== 'missing' });
  };
  return {
    kind,
    spec,
    plan: (verb, call) => plan(verb, call?.signal),
    async run(verb, call = {}): Promise<void> {
      const look = (): Promise<ServiceStatus> => status(call.signal);
      await carryOutInTurn(await plan(verb, call.signal), { spec, call, look });
      if (verb === 'start' || verb === 'restart' || verb === 'handOver')
        await untilSettled(spec, look, { settledMs, signal: call.signal });
    },
    status: ({ signal } = {}) => status(signal),
    logs: (logOptions) => serviceLogs(spec, logOptions),
  };
}

interface Turn {
  readonly spec: ServiceSpec;
  readonly call: ServiceCall;
  readonly look: () => Promise<ServiceStatus>;
}

/** `sc.exe stop` only asks: what comes after it waits until the service has stopped. */
async function carryOutInTurn(actions: readonly ServiceAction[], { spec, call, look }: Turn): Promise<void> {
  const isStop = (action: ServiceAction): boolean => action.kind === 'run' && action.command[1] === 'stop';
  const stop = actions.findIndex(isStop);
  const end = stop === -1 ? actions.length : stop + 2;
  await carryOut(actions.slice(0, end), { spec, call, explain: explainWindows });
  if (stop === -1) return;
  await untilStopped({ spec, call, look });
  await carryOut(actions.slice(end), { spec, call, explain: explainWindows });
}

async function untilStopped({ spec, call, look }: Turn): Promise<void> {
  const end = performance.now() + (spec.stopTimeoutMs ?? DEFAULT_STOP_MS) + STOP_GRACE_MS;
  for (;;) {
    const { state, pids } = await look();
    if (pids.length === 0 && state !== 'running' && state !== 'starting') return;
    if (performance.now() > end) throw await serviceFailed(spec, 'to stop', `one that is ${state}`);
    await systemSleep(LOOK_MS, call.signal);
  }
}

/** What an exit code that is not 0 means: NSSM hands on those of Windows, too, or prints the reason. */
export function explainWindows({ code, said }: ProgramAnswer, command: readonly string[]): Explanation | undefined {
  const [, verb] = command;
  if (verb === 'start' && code === SC.running) return 'fine';
  if (verb === 'stop' && (code === SC.stopped || code === SC.missing)) return 'fine';
  if ((verb === 'delete' || verb === 'remove') && (code === SC.missing || code === SC.goingAway)) return 'fine';
  return code === SC.forbidden || /access is denied|administrator access/i.test(said.replaceAll('\0', ''))
    ? 'forbidden'
    : undefined;
}
