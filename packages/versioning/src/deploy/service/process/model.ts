import { join } from 'node:path';

/** Where an instance is reached. */
export type Address = { readonly port: number } | { readonly socket: string };

/** Where the proxy listens, and how it passes on what comes. */
export interface Front {
  readonly protocol: 'http' | 'tcp';
  readonly listen: { readonly port: number; readonly host: string } | { readonly socket: string };
  /** How long a request waits for an instance that is not there yet, in milliseconds. */
  readonly holdMs: number;
}

/** A copy of the service: what is started, and where it is reached. */
export interface Instance {
  readonly id: string;
  /** The version that it runs. */
  readonly version?: string | undefined;
  /** Of all that is started: two with the same one are copies of the same. */
  readonly digest: string;
  readonly command: readonly [string, ...string[]];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFile?: string | undefined;
  /** Variables that no environment file replaces. */
  readonly own: Readonly<Record<string, string>>;
  readonly stdout: string;
  readonly stderr: string;
  readonly restartDelayMs: number;
  readonly stopTimeoutMs: number;
  readonly address?: Address | undefined;
}

/** What shall run. Controllers write it; supervisor and proxy bring it about. */
export interface Wanted {
  readonly format: 1;
  readonly instances: readonly Instance[];
  /** The one that gets the requests. */
  readonly active?: string | undefined;
  /** The one that takes its place as soon as it is healthy. */
  readonly next?: string | undefined;
  /** The one whose last requests are being waited for. */
  readonly retiring?: string | undefined;
  readonly front?: Front | undefined;
}

/** What became of an instance, as the supervisor reports it. */
export interface InstanceReport {
  readonly id: string;
  /** `waiting`: it has ended, and is started again after its delay. */
  readonly state: 'running' | 'waiting' | 'stopping';
  readonly pid?: number | undefined;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** How often it was started again. */
  readonly restarts: number;
  /** How it ended the last time. */
  readonly detail?: string | undefined;
}

/** What the supervisor reports. */
export interface SupervisorReport {
  readonly pid: number;
  readonly instances: readonly InstanceReport[];
}

/** What the proxy reports. */
export interface FrontReport {
  readonly pid: number;
  /** What it serves, and where. */
  readonly front: Front;
  readonly isListening: boolean;
  /** The instance that gets what comes from now on. */
  readonly active?: string | undefined;
  /** Instances that still answer what came before. */
  readonly draining: readonly string[];
  /** Why it does not listen. */
  readonly failure?: string | undefined;
}

/** The id under which the supervisor keeps the proxy. */
export const FRONT = 'front';

/** Nothing shall run. */
export const NOTHING: Wanted = { format: 1, instances: [] };

/** Where the files of a service's processes lie. */
export interface StatePaths {
  readonly folder: string;
  readonly wanted: string;
  readonly report: string;
  readonly front: string;
  /** A file for each start of an instance, by which it is found again. */
  readonly tickets: string;
  readonly claims: string;
  /** What supervisor and proxy say when something is wrong with them. */
  readonly keeperLog: string;
}

/** The paths in a state folder. */
export function statePaths(folder: string): StatePaths {
  return {
    folder,
    wanted: join(folder, 'wanted.json'),
    report: join(folder, 'report.json'),
    front: join(folder, 'front.json'),
    tickets: join(folder, 'tickets'),
    claims: join(folder, 'claims'),
    keeperLog: join(folder, 'keeper.log'),
  };
}
