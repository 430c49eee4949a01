import { shown, VersioningError } from '../../../errors.ts';
import { carryOut, type Explanation } from '../carry-out.ts';
import type {
  Service,
  ServiceAction,
  ServiceCall,
  ServiceLogOptions,
  ServiceSpec,
  ServiceStatus,
  ServiceVerb,
} from '../contract.ts';
import { type ProgramAnswer, type ProgramCall, runProgram } from '../program.ts';
import { programLines } from '../program-lines.ts';
import { managedServiceFailed, serviceUnavailable } from '../service-failure.ts';
import { refuseAccount } from '../unused-account.ts';
import { composeStatus, parseContainers } from './compose-status.ts';

/** Options of {@link composeService}. */
export interface ComposeServiceOptions {
  /** The name of the project, `-p`. */
  readonly project: string;
  /** Its files, `-f`, in their order. Relative ones are looked for in the service's folder. */
  readonly files: readonly string[];
  /** The service in these files. */
  readonly service: string;
  /** How long it may take until it is healthy, in milliseconds. Default: 120,000. */
  readonly healthTimeoutMs?: number | undefined;
  /** The version that is current: `VERSION` for its files where a call names none. Default: none is given. */
  readonly version?: (() => Promise<string | undefined>) | undefined;
  /** The program, and what comes before its arguments. Default: `docker compose`. */
  readonly compose?: readonly [string, ...string[]] | undefined;
}

const DEFAULT_HEALTH_MS = 120_000;
const DEFAULT_STOP_MS = 10_000;
const SHOWN_LINES = 20;
const NOT_THERE =
  /cannot connect to the docker daemon|is the docker daemon running|unknown command: docker compose|'compose' is not a docker command/i;
const FORBIDDEN = /permission denied while trying to connect/i;

/**
 * A service of Docker Compose. What it runs is said by the files of the project; the environment of the service, and `VERSION`, are for the variables in them, such as
 * `image: shop:${VERSION}`: whatever is asked of Compose, it reads its files first. A restart makes its containers anew, since a container that is only restarted keeps image and mounts. The services that it depends on are left alone.
 *
 * @throws {VersioningError} `INVALID_OPTION`.
 */
export function composeService(spec: ServiceSpec, options: ComposeServiceOptions): Service {
  if (!/^[a-z0-9][a-z0-9_-]*$/.test(options.project))
    throw invalid('a project with small letters, digits, - and _', options.project);
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(options.service))
    throw invalid('a service with letters, digits, ., - and _', options.service);
  refuseAccount(spec, {
    keeper: 'Docker Compose',
    members: ['user', 'group'],
    hint: `Leave it out, and write it into ${options.files.join(' or ')}: \`user: "USER:GROUP"\` of the service ${options.service}.`,
  });
  const manager = new Compose(spec, options);
  return {
    kind: 'compose',
    spec,
    plan: (verb, call = {}) => manager.plan(verb, call),
    run: (verb, call = {}) => manager.run(verb, call),
    status: ({ signal } = {}) => manager.status(signal),
    logs: (logOptions) => manager.logs(logOptions),
  };
}

class Compose {
  readonly #spec: ServiceSpec;
  readonly #base: readonly [string, ...string[]];
  readonly #service: string;
  readonly #waiting: readonly string[];
  readonly #version: () => Promise<string | undefined>;

  constructor(spec: ServiceSpec, options: ComposeServiceOptions) {
    const { project, files, service, healthTimeoutMs = DEFAULT_HEALTH_MS, compose = ['docker', 'compose'] } = options;
    const variables = spec.environmentFile === undefined ? [] : ['--env-file', spec.environmentFile];
    this.#spec = spec;
    this.#base = [...compose, '-p', project, ...files.flatMap((file) => ['-f', file]), ...variables];
    this.#service = service;
    this.#version = options.version ?? (async () => undefined);
    this.#waiting = ['-d', '--no-deps', '--wait', '--wait-timeout', String(Math.ceil(healthTimeoutMs / 1000))];
  }

  async plan(verb: ServiceVerb, call: ServiceCall): Promise<readonly ServiceAction[]> {
    const command: [string, ...string[]] = [...this.#base, ...this.#arguments(verb)];
    return [{ kind: 'run', command, environment: await this.#variables(call), needsRoot: false }];
  }

  #arguments(verb: ServiceVerb): readonly string[] {
    switch (verb) {
      case 'install':
        return ['config', '--quiet'];
      case 'start':
        return ['up', ...this.#waiting, this.#service];
      case 'restart':
      case 'handOver':
        return ['up', ...this.#waiting, '--force-recreate', this.#service];
      case 'stop':
        return [
          'stop',
          '--timeout',
          String(Math.ceil((this.#spec.stopTimeoutMs ?? DEFAULT_STOP_MS) / 1000)),
          this.#service,
        ];
      case 'uninstall':
        return ['rm', '--stop', '--force', this.#service];
    }
  }

  async run(verb: ServiceVerb, call: ServiceCall): Promise<void> {
    const explain = (answer: ProgramAnswer): Promise<Explanation> => this.#explained(answer, call);
    await carryOut(await this.plan(verb, call), { spec: this.#spec, call, cwd: this.#spec.workingDirectory, explain });
  }

  async status(signal: AbortSignal | undefined): Promise<ServiceStatus> {
    const answer = await this.#ask(['ps', '--all', '--format', 'json', this.#service], { signal });
    if (answer.code === 0) return composeStatus(parseContainers(answer.output));
    // Compose calls a service unknown of which it has made no container.
    if (/no such service/i.test(answer.said)) return { state: 'missing', pids: [], detail: answer.said };
    return { state: 'unknown', pids: [], detail: answer.said };
  }

  async *logs({ lines = 100, follow = false, signal }: ServiceLogOptions = {}): AsyncGenerator<string> {
    const args = ['logs', '--no-log-prefix', '--no-color', '--tail', String(lines), ...(follow ? ['--follow'] : [])];
    yield* programLines([...this.#base, ...args, this.#service], await this.#call({ signal }));
  }

  async #explained(answer: ProgramAnswer, call: ServiceCall): Promise<Explanation> {
    const { said, code } = answer;
    if (FORBIDDEN.test(said)) return 'forbidden';
    if (NOT_THERE.test(said))
      return serviceUnavailable(
        'Docker Compose',
        said,
        'Start Docker, and install its plugin "compose", version 2.17 or later.',
      );
    const logs = await this.#ask(
      ['logs', '--no-log-prefix', '--no-color', '--tail', String(SHOWN_LINES), this.#service],
      call,
    );
    return managedServiceFailed(this.#spec, `exit code ${code}: ${said}`, logs.output.split('\n').filter(Boolean));
  }

  async #ask(args: readonly string[], call: ServiceCall): Promise<ProgramAnswer> {
    return runProgram([...this.#base, ...args], await this.#call(call));
  }

  /** Files of Compose may ask for variables with whatever is done with them. */
  async #call(call: ServiceCall): Promise<Pick<ProgramCall, 'cwd' | 'env' | 'signal'>> {
    const env = { ...(process.env as Record<string, string>), ...(await this.#variables(call)) };
    return { cwd: this.#spec.workingDirectory, env, signal: call.signal };
  }

  async #variables({ version }: ServiceCall): Promise<Readonly<Record<string, string>>> {
    const known = version ?? (await this.#version());
    return { ...this.#spec.environment, ...(known === undefined ? {} : { VERSION: known }) };
  }
}

const invalid = (expected: string, got: string): VersioningError =>
  new VersioningError('INVALID_OPTION', `Expected ${expected} for Docker Compose, got ${shown(got)}`);
