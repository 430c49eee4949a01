/** What a service runs, and how. */
export interface ServiceSpec {
  /** Letters, digits, `-`, `_`, `.` and `@`. */
  readonly name: string;
  readonly description?: string | undefined;
  /** The program and its arguments; no shell. */
  readonly command: readonly [string, ...string[]];
  /** Absolute; usually `releases/current`. */
  readonly workingDirectory: string;
  /** Such as `API_ROOT` and `PORT`. Secrets belong in the `.env` file, not here: units are readable by all. */
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFile?: string | undefined;
  /** Whose rights it has. With commands of one's own, they see to that; Docker Compose says it in its files, and refuses it here. */
  readonly user?: string | undefined;
  /** The same of a group. Windows has none for services, and refuses it. */
  readonly group?: string | undefined;
  /** How long to wait before it is started again whenever it ends, in milliseconds. Default: 10,000. */
  readonly restartDelayMs?: number | undefined;
  /** Files that its output is appended to. */
  readonly stdout: string;
  readonly stderr: string;
  /** How long it may take to end by itself, in milliseconds. Default: 10,000. */
  readonly stopTimeoutMs?: number | undefined;
}

/** What is known of a service. */
export interface ServiceStatus {
  /** `missing`: not set up. `unknown`: it can't be told, `detail` says why. */
  readonly state: 'running' | 'stopped' | 'failed' | 'starting' | 'missing' | 'unknown';
  readonly pids: readonly number[];
  /** The version that it was started for, where the adapter starts it itself. */
  readonly version?: string | undefined;
  /** ISO 8601, UTC. */
  readonly since?: string | undefined;
  /** How often it was started again by itself. */
  readonly restarts?: number | undefined;
  readonly detail?: string | undefined;
}

/** Something that a service adapter does: a file that it writes, or a program that it runs. Shown when it is not permitted, and by `--dry-run`. */
export type ServiceAction =
  | { readonly kind: 'write'; readonly path: string; readonly text: string; readonly needsRoot: boolean }
  | {
      readonly kind: 'run';
      readonly command: readonly [string, ...string[]];
      /** Variables that the program gets beside those of this process. */
      readonly environment?: Readonly<Record<string, string>> | undefined;
      readonly needsRoot: boolean;
    }
  /** What the adapter does in this process. */
  | { readonly kind: 'own'; readonly text: string; readonly needsRoot: false };

/** What may be done with a service. `handOver` starts the new one beside the old, where the adapter can; else it restarts. */
export type ServiceVerb = 'install' | 'start' | 'stop' | 'restart' | 'handOver' | 'uninstall';

/** One call of a service. */
export interface ServiceCall {
  /** The version that runs after it, told in journals. */
  readonly version?: string | undefined;
  /** Told before each thing that is done, in the words of {@link ServiceAction}s. */
  readonly onAction?: ((text: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A service manager, for one service. Every verb may be called again after a kill at any point and ends in the same state: `start` of one that
 * runs and `stop` of one that does not are no errors.
 */
export interface Service {
  readonly kind: string;
  readonly spec: ServiceSpec;
  /** What a verb would do, and nothing is done. */
  plan(verb: ServiceVerb, call?: ServiceCall): Promise<readonly ServiceAction[]>;
  /**
   * @throws {VersioningError} `SERVICE_NOT_PERMITTED` with the actions to carry out as root in the hint; `SERVICE_FAILED` with the last lines of its log;
   * `SERVICE_UNAVAILABLE` when the manager's program is not there.
   */
  run(verb: ServiceVerb, call?: ServiceCall): Promise<void>;
  /** What is known of it now. A manager that does not answer is `unknown`, with the reason. */
  status(options?: { readonly signal?: AbortSignal | undefined }): Promise<ServiceStatus>;
  /** Lines of its output, the last `lines` first to last; with `follow` those that come, too. */
  logs(options?: ServiceLogOptions): AsyncIterable<string>;
}

/** Options of {@link Service.logs}. */
export interface ServiceLogOptions {
  /** Default: 100. */
  readonly lines?: number | undefined;
  readonly follow?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}
