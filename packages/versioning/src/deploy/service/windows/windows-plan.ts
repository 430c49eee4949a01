import type { ServiceAction, ServiceSpec, ServiceVerb } from '../contract.ts';
import { windowsArguments, windowsCommandLine } from './command-line.ts';

const DEFAULT_MS = 10_000;

/** Accounts that have no password: built-in ones, virtual ones, and those that the domain manages. */
const WITHOUT_PASSWORD = /^(?:LocalSystem|NT AUTHORITY\\(?:LocalService|NetworkService|SYSTEM)|NT SERVICE\\.+|.+\$)$/i;

const run = (...command: readonly [string, ...string[]]): ServiceAction => ({ kind: 'run', command, needsRoot: true });
const note = (text: string): ServiceAction => ({ kind: 'own', text, needsRoot: false });

/** What `sc.exe` does for the verbs that need no setting up. */
function planControl(verb: 'start' | 'stop' | 'restart', name: string, sc: string): readonly ServiceAction[] {
  const stopping = [run(sc, 'stop', name), note('wait until it has stopped')];
  if (verb === 'start') return [run(sc, 'start', name)];
  return verb === 'stop' ? stopping : [...stopping, run(sc, 'start', name)];
}

/** The program that keeps a service, and whether Windows knows the service. */
export interface WindowsBasis {
  readonly nssm: string;
  readonly sc: string;
  readonly isInstalled: boolean;
}

/** What NSSM and `sc.exe` do for a verb. */
export function planNssm(
  verb: ServiceVerb,
  spec: ServiceSpec,
  { nssm, sc, isInstalled }: WindowsBasis,
): readonly ServiceAction[] {
  const { name } = spec;
  switch (verb) {
    case 'install':
      return settingUp(spec, nssm, isInstalled);
    case 'start':
      return [...settingUp(spec, nssm, isInstalled), ...planControl('start', name, sc)];
    case 'stop':
      return isInstalled ? planControl('stop', name, sc) : [];
    case 'restart':
    case 'handOver':
      return [...settingUp(spec, nssm, isInstalled), ...planControl('restart', name, sc)];
    case 'uninstall':
      return isInstalled ? [...planControl('stop', name, sc), run(nssm, 'remove', name, 'confirm')] : [];
  }
}

function settingUp(spec: ServiceSpec, nssm: string, isInstalled: boolean): ServiceAction[] {
  const { name, command, environment, environmentFile } = spec;
  const [program, ...args] = command;
  const set = (...words: readonly string[]): ServiceAction => run(nssm, 'set', name, ...words);
  const variables = Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
  return [
    ...(isInstalled ? [] : [run(nssm, 'install', name, program)]),
    set('Application', program),
    args.length === 0 ? run(nssm, 'reset', name, 'AppParameters') : set('AppParameters', windowsArguments(args)),
    set('AppDirectory', spec.workingDirectory),
    set('Description', spec.description ?? name),
    set('Start', 'SERVICE_AUTO_START'),
    set('AppStdout', spec.stdout),
    set('AppStderr', spec.stderr),
    set('AppExit', 'Default', 'Restart'),
    set('AppRestartDelay', String(spec.restartDelayMs ?? DEFAULT_MS)),
    set('AppStopMethodConsole', String(spec.stopTimeoutMs ?? DEFAULT_MS)),
    variables.length === 0 ? run(nssm, 'reset', name, 'AppEnvironmentExtra') : set('AppEnvironmentExtra', ...variables),
    ...account(spec, (user) => set('ObjectName', user)),
    ...(environmentFile === undefined
      ? []
      : [note(`the service reads ${environmentFile} itself, as NSSM passes no files on`)]),
  ];
}

/** What `sc.exe` does for a verb with a program that is a Windows service by itself. */
export function planWindows(
  verb: ServiceVerb,
  spec: ServiceSpec,
  { sc, isInstalled }: WindowsBasis,
): readonly ServiceAction[] {
  const { name } = spec;
  switch (verb) {
    case 'install':
      return registering(spec, sc, isInstalled);
    case 'start':
      return [...registering(spec, sc, isInstalled), ...planControl('start', name, sc)];
    case 'stop':
      return isInstalled ? planControl('stop', name, sc) : [];
    case 'restart':
    case 'handOver':
      return [...registering(spec, sc, isInstalled), ...planControl('restart', name, sc)];
    case 'uninstall':
      return isInstalled ? [...planControl('stop', name, sc), run(sc, 'delete', name)] : [];
  }
}

function registering(spec: ServiceSpec, sc: string, isInstalled: boolean): ServiceAction[] {
  const { name, environment } = spec;
  const variables = Object.entries(environment).map(([variable, value]) => `${variable}=${value}`);
  const key = `HKLM\\SYSTEM\\CurrentControlSet\\Services\\${name}`;
  const block = [
    'reg',
    'add',
    key,
    '/v',
    'Environment',
    '/t',
    'REG_MULTI_SZ',
    '/d',
    variables.join(String.raw`\0`),
    '/f',
  ] as const;
  return [
    // A name that ends with = and its value are two words.
    run(sc, isInstalled ? 'config' : 'create', name, 'binPath=', windowsCommandLine(spec.command), 'start=', 'auto'),
    run(sc, 'description', name, spec.description ?? name),
    run(sc, 'failure', name, 'reset=', '0', 'actions=', `restart/${spec.restartDelayMs ?? DEFAULT_MS}`),
    // Also when it ends by itself with an error, and not only when it crashes.
    run(sc, 'failureflag', name, '1'),
    ...(variables.length === 0 ? [] : [run(...block)]),
    ...account(spec, (user) => run(sc, 'config', name, 'obj=', user)),
  ];
}

/** Passwords stand on no command line, where everybody on the machine reads them. */
function account({ user, name }: ServiceSpec, set: (user: string) => ServiceAction): ServiceAction[] {
  if (user === undefined) return [];
  return WITHOUT_PASSWORD.test(user)
    ? [set(user)]
    : [note(`set the account ${user} of service ${name} with its password in services.msc`)];
}
