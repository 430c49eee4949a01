import { access, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileFailure } from '../../artifact/file-failure.ts';
import { VersioningError } from '../../errors.ts';
import { type Clock, systemClock } from '../../clock.ts';
import type { DeployLayout } from '../layout/model.ts';
import { demandLayout } from '../layout/plan-layout.ts';
import { readWhole, writeWhole } from '../layout/whole-file.ts';
import { runCommand } from '../stage/run-command.ts';

/** What `shared/maintenance.json` says while maintenance is on. */
export interface Maintenance {
  /** For whoever is turned away. */
  readonly reason: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly by: string;
  /** The deploy that has switched it on; none where somebody has, by hand. */
  readonly run?: string | undefined;
}

/** Options of turning maintenance on or off. */
export interface MaintenanceOptions {
  /** A command that is told of it: run with `MAINTENANCE=on` or `off`, and `API_ROOT`, in the root. No shell. */
  readonly hook?: readonly [string, ...string[]] | undefined;
  /** How long the hook may take, in milliseconds. Default: 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Of turning it off: only where this deploy has turned it on. Default: whoever has. */
  readonly run?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
}

const HOOK_MS = 60_000;

const flagOf = (root: string): string => join(root, 'shared', 'maintenance.json');

/**
 * Turns maintenance on: writes `shared/maintenance.json`, which the application looks at, then runs the hook. Where it is on already, it keeps since when, and the hook is run again. A deploy (`run`) leaves a flag that is not its own as it is;
 * whoever turns it on by hand while a deploy has it takes it over, so that it stays on when that has ended.
 *
 * @throws {VersioningError} `HOOK_FAILED`, and then maintenance is on; `LAYOUT_MISSING`, `WRITE_FAILED`.
 */
export async function turnMaintenanceOn(
  layout: DeployLayout,
  about: Pick<Maintenance, 'reason' | 'by' | 'run'>,
  options: MaintenanceOptions = {},
): Promise<Maintenance> {
  await demandLayout(layout);
  const { clock = systemClock } = options;
  const { reason, by, run } = about;
  const before = await readMaintenance(layout);
  if (before !== undefined && run !== undefined && before.run !== run) return before;
  const own = run === undefined ? {} : { run };
  const now: Maintenance = { reason, since: before?.since ?? new Date(clock()).toISOString(), by, ...own };
  await writeWhole(flagOf(layout.root), `${JSON.stringify(now)}\n`, { mode: 0o644 });
  await runHook(layout, 'on', options);
  return now;
}

/**
 * Turns maintenance off: removes the file, then runs the hook. Where it is off already, the hook is run all the same.
 *
 * @returns What it was on for; `undefined` where it was off, or is not that of `run`.
 * @throws {VersioningError} `HOOK_FAILED`, and then maintenance is off; `WRITE_FAILED`.
 */
export async function turnMaintenanceOff(
  layout: DeployLayout,
  options: MaintenanceOptions = {},
): Promise<Maintenance | undefined> {
  const before = await readMaintenance(layout);
  if (before !== undefined && options.run !== undefined && before.run !== options.run) return undefined;
  const path = flagOf(layout.root);
  await rm(path, { force: true }).catch((cause: unknown) => {
    throw fileFailure('WRITE_FAILED', 'a file that can be removed', { path, cause });
  });
  await runHook(layout, 'off', options);
  return before;
}

/** Whether maintenance is on, since when and why; `undefined` when it is off. A file that says nothing counts, too. @throws {VersioningError} `READ_FAILED`. */
export async function readMaintenance(layout: DeployLayout): Promise<Maintenance | undefined> {
  const text = await readWhole(flagOf(layout.root));
  if (text === undefined) return undefined;
  let value: Partial<Record<keyof Maintenance, unknown>> = {};
  try {
    value = Object(JSON.parse(text)) as typeof value;
  } catch {
    // Somebody has made it by hand: it is on, and that is all that is known.
  }
  const textOf = (each: unknown): string => (typeof each === 'string' ? each : '');
  const run = textOf(value.run);
  const own = run === '' ? {} : { run };
  return { reason: textOf(value.reason), since: textOf(value.since), by: textOf(value.by), ...own };
}

/**
 * Whether maintenance is on: for applications, which may ask with each request. It is one look at one file.
 *
 * @param root The root of the deployment: `API_ROOT`.
 * @example
 * ```ts
 * import { isInMaintenance } from '@x/versioning/deploy';
 *
 * if (await isInMaintenance(process.env['API_ROOT'] ?? '/srv/shop')) console.log('503, come back later');
 * ```
 */
export async function isInMaintenance(root: string): Promise<boolean> {
  return access(flagOf(root)).then(
    () => true,
    () => false,
  );
}

async function runHook(layout: DeployLayout, state: 'on' | 'off', options: MaintenanceOptions): Promise<void> {
  const { hook, timeoutMs = HOOK_MS, signal } = options;
  if (hook === undefined) return;
  const end = await runCommand(hook, {
    folder: layout.root,
    environment: { API_ROOT: layout.root, MAINTENANCE: state },
    timeoutMs,
    signal,
    log: join(layout.state, 'maintenance-hook.log'),
  });
  if (end.isOk) return;
  throw new VersioningError('HOOK_FAILED', `Expected the hook of maintenance to end well, got ${end.outcome}`, {
    hint: `Maintenance is ${state}. It said last: ${end.lastLines.join(' | ') || 'nothing'}`,
  });
}
