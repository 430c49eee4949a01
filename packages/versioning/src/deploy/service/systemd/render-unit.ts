import { isAbsolute, join } from 'node:path/posix';
import type { ServiceSpec } from '../contract.ts';
import { checkServiceName } from '../service-name.ts';
import {
  accountSetting,
  environmentWord,
  execLine,
  globSetting,
  pathSetting,
  spanSetting,
  textSetting,
} from './quoting.ts';

/** Options of {@link renderUnit}. */
export interface UnitOptions {
  /** `system`: of the machine, started with it. `user`: of one user. */
  readonly scope: 'system' | 'user';
  /** Takes rights away that a web service does not need: to become root, to write to `/usr` and `/etc`, to change the kernel. Default: `false`. */
  readonly isHardened?: boolean | undefined;
}

const DEFAULT_MS = 10_000;

/** Without those that need more than the service's user to set them up, so that units of users may have them, too. */
const HARDENING = [
  'NoNewPrivileges=yes',
  'LockPersonality=yes',
  'RestrictSUIDSGID=yes',
  'RestrictRealtime=yes',
] as const;
const SYSTEM_HARDENING = [
  'PrivateTmp=yes',
  'ProtectSystem=full',
  'ProtectKernelTunables=yes',
  'ProtectKernelModules=yes',
  'ProtectControlGroups=yes',
] as const;

/**
 * The text of a systemd unit: started again whenever it ends, output appended to the two files, asked to end with `SIGTERM` before all that is left is killed. The same service gives the
 * same text.
 *
 * @throws {VersioningError} `INVALID_OPTION` for what a unit can't hold.
 * @example
 * ```ts
 * import { renderUnit } from '@x/versioning/deploy';
 *
 * const logs = '/srv/shop/shared/logs';
 * const spec = {
 *   name: 'shop',
 *   command: ['/usr/bin/node', 'server.js'],
 *   workingDirectory: '/srv/shop/releases/current',
 *   environment: { API_ROOT: '/srv/shop', PORT: '8080' },
 *   user: 'shop',
 *   stdout: `${logs}/service_stdout.log`,
 *   stderr: `${logs}/service_stderr.log`,
 * } as const;
 * console.log(renderUnit(spec, { scope: 'system' }));
 * ```
 */
export function renderUnit(spec: ServiceSpec, options: UnitOptions): string {
  const sections = [unitSection(spec, options), serviceSection(spec, options), installSection(options)];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function unitSection(spec: ServiceSpec, { scope }: UnitOptions): string[] {
  // The manager of a user knows nothing of the network.
  const network = scope === 'system' ? ['Wants=network-online.target', 'After=network-online.target'] : [];
  checkServiceName(spec.name);
  // Without a limit: by default it is given up after five starts within ten seconds.
  return ['[Unit]', `Description=${textSetting(spec.description ?? spec.name)}`, ...network, 'StartLimitIntervalSec=0'];
}

function serviceSection(spec: ServiceSpec, { scope, isHardened = false }: UnitOptions): string[] {
  const { command, workingDirectory, environment, environmentFile, user, group } = spec;
  const [program, ...args] = command;
  // systemd takes an absolute path, or a name that it looks for itself.
  const found = program.includes('/') && !isAbsolute(program) ? join(workingDirectory, program) : program;
  const hardening = isHardened ? [...HARDENING, ...(scope === 'system' ? SYSTEM_HARDENING : [])] : [];
  return [
    '[Service]',
    'Type=simple',
    ...(user === undefined || scope === 'user' ? [] : [`User=${accountSetting(user)}`]),
    ...(group === undefined || scope === 'user' ? [] : [`Group=${accountSetting(group)}`]),
    `WorkingDirectory=${pathSetting(workingDirectory)}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${environmentWord(name, value)}`),
    ...(environmentFile === undefined ? [] : [`EnvironmentFile=${globSetting(environmentFile)}`]),
    `ExecStart=${execLine([found, ...args])}`,
    'Restart=always',
    `RestartSec=${spanSetting(spec.restartDelayMs ?? DEFAULT_MS)}`,
    // The service is asked, and in the end all that it has started is killed.
    'KillMode=mixed',
    `TimeoutStopSec=${spanSetting(spec.stopTimeoutMs ?? DEFAULT_MS)}`,
    `StandardOutput=append:${pathSetting(spec.stdout)}`,
    `StandardError=append:${pathSetting(spec.stderr)}`,
    ...hardening,
  ];
}

const installSection = ({ scope }: UnitOptions): string[] => [
  '[Install]',
  `WantedBy=${scope === 'system' ? 'multi-user.target' : 'default.target'}`,
];
