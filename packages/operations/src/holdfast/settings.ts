import { hostname, userInfo } from 'node:os';
import type { RetentionPolicy } from '@x/retention';
import type { ObjectStore } from '@x/storage';
import { type Clock, systemClock } from '../clock.ts';
import { OperationsError, shown } from '../errors.ts';
import type { HoldfastConfig, HoldfastSchedule, HoldfastTenant } from './contract.ts';

const DAY_MS = 86_400_000;

/** A configuration, checked, with what it leaves out. */
export interface Settings {
  readonly config: HoldfastConfig;
  readonly state: ObjectStore;
  readonly tenants: ReadonlyMap<string, HoldfastTenant>;
  readonly schedule: HoldfastSchedule;
  readonly timeZone: string;
  readonly policy: RetentionPolicy;
  readonly fullEveryMs: number;
  readonly principal: string;
  readonly host: string;
  readonly clock: Clock;
  readonly onProblem: (error: unknown) => void;
}

const USUAL_POLICY: RetentionPolicy = { daily: 7, weekly: 4, monthly: 12 };

/** @throws {OperationsError} `INVALID_OPTION` */
export function settingsOf(config: HoldfastConfig, state: ObjectStore): Settings {
  const { schedule = {}, tenants = {}, clock = systemClock, onProblem = () => undefined } = config;
  const { fullEveryMs = 7 * DAY_MS, timeZone = 'UTC' } = schedule;
  if (!(Number.isFinite(fullEveryMs) && fullEveryMs > 0))
    throw new OperationsError('INVALID_OPTION', `Expected schedule.fullEveryMs above 0, got ${shown(fullEveryMs)}`);
  return {
    config,
    state,
    schedule,
    tenants: new Map(Object.entries(tenants)),
    timeZone,
    policy: config.retention?.policy ?? USUAL_POLICY,
    fullEveryMs,
    principal: config.principal ?? userName(),
    host: config.host ?? hostname(),
    clock,
    onProblem,
  };
}

/** Where this system knows no names, its number is as good. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}

/** A part of the configuration that somebody needs. @throws {OperationsError} `NOT_CONFIGURED` */
export function demand<Part>(part: Part | undefined, name: string): Part {
  if (part !== undefined) return part;
  throw new OperationsError('NOT_CONFIGURED', `Expected a configuration of ${name}, got none`, {
    hint: `Give createHoldfast "${name}".`,
  });
}
