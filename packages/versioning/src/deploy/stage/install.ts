import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { shown, VersioningError } from '../../errors.ts';
import type { DeployLayout } from '../layout/model.ts';
import { brokenLinks } from './shared-links.ts';
import { runCommand } from './run-command.ts';
import { installLog } from './staged-record.ts';
import { noteInstaller } from './unfinished.ts';

/** How a release gets what it depends on. */
export interface InstallOptions {
  /** The program and its arguments, such as `['npm', 'ci']`; no shell. It runs in the folder of the release, which has its last name by then. */
  readonly command: readonly [string, ...string[]];
  /** Beside those of this process and `API_ROOT`. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** How long it may take, in milliseconds. Default: 15 minutes. */
  readonly timeoutMs?: number | undefined;
}

const INSTALL_MS = 15 * 60_000;

/** How it gets that for one version. */
export interface RunInstallOptions extends InstallOptions {
  readonly version: string;
  readonly signal: AbortSignal | undefined;
}

/** Runs the install command of a release. @returns Where its output is. @throws {VersioningError} `INSTALL_FAILED`. */
export async function runInstall(layout: DeployLayout, folder: string, install: RunInstallOptions): Promise<string> {
  const { command, environment = {}, timeoutMs = INSTALL_MS, version, signal } = install;
  const log = installLog(layout, version);
  await mkdir(dirname(log), { recursive: true, mode: 0o700 });
  const end = await runCommand(command, {
    folder,
    environment: { API_ROOT: layout.root, ...environment },
    timeoutMs,
    signal,
    log,
    // Without the note a command goes on when ours is killed, and no more.
    onStart: async (pid) => noteInstaller(layout, version, pid).catch(() => undefined),
  });
  if (!end.isOk) {
    throw new VersioningError(
      'INSTALL_FAILED',
      `Expected ${command[0]} to install what ${version} needs, got ${end.outcome}`,
      {
        hint: `All that it said is in ${log}. The last lines: ${end.lastLines.join(' | ') || 'none'}`,
      },
    );
  }
  const [broken] = await brokenLinks(layout, folder);
  if (broken === undefined) return log;
  throw new VersioningError(
    'INSTALL_FAILED',
    `Expected ${command[0]} to leave the link ${shown(broken.path)}, got another there`,
    {
      hint: `${broken.path} leads to shared/${broken.target}. Have the command write elsewhere, or take the link out of the layout.`,
    },
  );
}
