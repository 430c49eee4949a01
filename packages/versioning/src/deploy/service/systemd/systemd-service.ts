import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { carryOut, type Explanation } from '../carry-out.ts';
import { readWhole } from '../../layout/whole-file.ts';
import type {
  Service,
  ServiceAction,
  ServiceCall,
  ServiceLogOptions,
  ServiceSpec,
  ServiceStatus,
  ServiceVerb,
} from '../contract.ts';
import { type ProgramAnswer, runProgram } from '../program.ts';
import { programLines } from '../program-lines.ts';
import { serviceLogs } from '../service-logs.ts';
import { serviceUnavailable } from '../service-failure.ts';
import { untilSettled } from '../settled.ts';
import { renderUnit, type UnitOptions } from './render-unit.ts';
import { parseProperties, SHOWN_PROPERTIES, systemdStatus } from './systemd-status.ts';

/** Options of {@link systemdService}. */
export interface SystemdServiceOptions extends UnitOptions {
  /** Where its unit is written. Default: `/etc/systemd/system`, or `~/.config/systemd/user` for one of a user. */
  readonly unitFolder?: string | undefined;
  /** The program, and what comes before its arguments. Default: `systemctl`. */
  readonly systemctl?: readonly [string, ...string[]] | undefined;
  /** Shows the output of units that do not write to files. Default: `journalctl`. */
  readonly journalctl?: string | undefined;
  /** It counts as started when it has run for so long, in milliseconds. Default: 1000. */
  readonly settledMs?: number | undefined;
}

/** What systemd says when there is nobody to talk to. */
const NOT_THERE = /not been booted with systemd|failed to connect to (?:system |user )?(?:scope )?bus|host is down/i;
const FORBIDDEN = /access denied|interactive authentication required|permission denied/i;

/**
 * A service of systemd. The unit is rendered from the service, and written again whenever it has changed; the plan shows it. A hand-over is a restart.
 *
 * @throws {VersioningError} `INVALID_OPTION` for what a unit can't hold.
 */
export function systemdService(spec: ServiceSpec, options: SystemdServiceOptions): Service {
  const manager = new Systemd(spec, options);
  return {
    kind: 'systemd',
    spec,
    plan: (verb) => manager.plan(verb),
    run: (verb, call = {}) => manager.run(verb, call),
    status: ({ signal } = {}) => manager.status(signal),
    logs: (logOptions) => manager.logs(logOptions),
  };
}

class Systemd {
  readonly #spec: ServiceSpec;
  readonly #systemctl: readonly [string, ...string[]];
  readonly #unit: string;
  readonly #path: string;
  readonly #text: string;
  readonly #needsRoot: boolean;
  readonly #journalctl: string;
  readonly #settledMs: number;

  constructor(spec: ServiceSpec, options: SystemdServiceOptions) {
    const { scope, systemctl = ['systemctl'], settledMs = 1000 } = options;
    const folder = scope === 'system' ? '/etc/systemd/system' : join(homedir(), '.config', 'systemd', 'user');
    this.#spec = spec;
    this.#systemctl = scope === 'system' ? systemctl : [...systemctl, '--user'];
    this.#unit = `${spec.name}.service`;
    this.#path = join(options.unitFolder ?? folder, this.#unit);
    this.#text = renderUnit(spec, options);
    this.#needsRoot = scope === 'system';
    this.#settledMs = settledMs;
    this.#journalctl = options.journalctl ?? 'journalctl';
  }

  async plan(verb: ServiceVerb): Promise<readonly ServiceAction[]> {
    const written = await readWhole(this.#path);
    switch (verb) {
      case 'install':
        return this.#installing(written);
      case 'start':
        return [...this.#installing(written), this.#run('start', this.#unit)];
      case 'stop':
        return written === undefined ? [] : [this.#run('stop', this.#unit)];
      case 'restart':
      case 'handOver':
        return [...this.#installing(written), this.#run('restart', this.#unit)];
      case 'uninstall':
        if (written === undefined) return [];
        return [
          this.#run('disable', '--now', this.#unit),
          { kind: 'run', command: ['rm', '-f', this.#path], needsRoot: this.#needsRoot },
          this.#run('daemon-reload'),
        ];
    }
  }

  async run(verb: ServiceVerb, call: ServiceCall): Promise<void> {
    await carryOut(await this.plan(verb), { spec: this.#spec, call, explain: explained });
    if (verb === 'start' || verb === 'restart' || verb === 'handOver')
      await untilSettled(this.#spec, () => this.status(call.signal), {
        settledMs: this.#settledMs,
        signal: call.signal,
      });
  }

  async status(signal: AbortSignal | undefined): Promise<ServiceStatus> {
    const [program, ...args] = this.#systemctl;
    const command = [program, ...args, 'show', this.#unit, `--property=${SHOWN_PROPERTIES.join(',')}`] as const;
    // Times are told in the time zone of whoever asks.
    const answer = await runProgram(command, { env: { ...definedVariables(), TZ: 'UTC', LC_ALL: 'C' }, signal });
    if (answer.code !== 0) return { state: 'unknown', pids: [], detail: answer.said };
    const properties = parseProperties(answer.output);
    return systemdStatus(properties, await pidsOf(properties.get('ControlGroup') ?? ''));
  }

  /** Of a unit that somebody has changed, the output may go to the journal. */
  async *logs(options: ServiceLogOptions = {}): AsyncGenerator<string> {
    const { stdout, stderr } = this.#spec;
    if (existsSync(stdout) || existsSync(stderr)) {
      yield* serviceLogs(this.#spec, options);
      return;
    }
    const { lines = 100, follow = false, signal } = options;
    const user = this.#needsRoot ? [] : ['--user'];
    const args = ['--unit', this.#unit, '--lines', String(lines), '--output', 'cat', '--no-pager'];
    yield* programLines([this.#journalctl, ...user, ...args, ...(follow ? ['--follow'] : [])], { signal });
  }

  /** Enabling what is enabled changes nothing; it may have been interrupted before. */
  #installing(written: string | undefined): ServiceAction[] {
    const isCurrent = written === this.#text;
    const writing: ServiceAction[] = isCurrent
      ? []
      : [{ kind: 'write', path: this.#path, text: this.#text, needsRoot: this.#needsRoot }];
    return [...this.#logFolders(), ...writing, this.#run('daemon-reload'), this.#run('enable', this.#unit)];
  }

  /** systemd makes files, but no folders for them. */
  #logFolders(): ServiceAction[] {
    const folders = new Set([this.#spec.stdout, this.#spec.stderr].map((path) => dirname(path)));
    return [...folders]
      .filter((folder) => !existsSync(folder))
      .map((folder) => ({ kind: 'run', command: ['mkdir', '-p', folder], needsRoot: this.#needsRoot }));
  }

  #run(...args: readonly string[]): ServiceAction {
    const [program, ...before] = this.#systemctl;
    return { kind: 'run', command: [program, ...before, ...args], needsRoot: this.#needsRoot };
  }
}

function explained({ said }: ProgramAnswer, command: readonly string[]): Explanation | undefined {
  // What systemd does not know does not run.
  if (/not loaded|does not exist/i.test(said) && (command.includes('stop') || command.includes('disable')))
    return 'fine';
  if (FORBIDDEN.test(said)) return 'forbidden';
  return NOT_THERE.test(said)
    ? serviceUnavailable(
        'systemd',
        said,
        'This machine, or this session, is not run by systemd: choose another service type, such as process.',
      )
    : undefined;
}

/** All processes of a control group; none where that can't be read. */
async function pidsOf(group: string): Promise<number[]> {
  if (group === '') return [];
  const text = await readFile(join('/sys/fs/cgroup', group, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

const definedVariables = (): Record<string, string> => process.env as Record<string, string>;
