import type { Job } from '../scheduler/job.ts';
import type { Timing } from '../timing/timing.ts';
import type { HoldfastTimings } from './contract.ts';
import type { Settings } from './settings.ts';

/** What jobs do. */
export interface StandardWork {
  readonly backups: { job(tenant: string, timing: Timing | undefined): Job };
  readonly prune: Job['run'];
  readonly verify: Job['run'];
  readonly drills: Job['run'];
  readonly look: Job['run'];
  /** Absent where no reports are written. */
  readonly reports: Job['run'] | undefined;
  readonly clean: Job['run'];
}

const LOOK_MS = 300_000;

/** When each job runs; `undefined` for those that do not by themselves. */
function timingsOf({ schedule, timeZone }: Settings): Readonly<Record<keyof HoldfastTimings, Timing | undefined>> {
  const at = (time: string): Timing => ({ at: [time], timeZone });
  const usual: Readonly<Record<keyof HoldfastTimings, Timing>> = {
    backup: at('02:00'),
    clean: at('03:00'),
    prune: at('04:00'),
    verify: { cron: '0 5 * * 0', timeZone },
    drills: at('06:00'),
    look: { everyMs: LOOK_MS },
    reports: at('07:00'),
  };
  const timing = (name: keyof HoldfastTimings): Timing | undefined => {
    const wanted = schedule[name];
    return wanted === null ? undefined : (wanted ?? usual[name]);
  };
  return {
    backup: timing('backup'),
    clean: timing('clean'),
    prune: timing('prune'),
    verify: timing('verify'),
    drills: timing('drills'),
    look: timing('look'),
    reports: timing('reports'),
  };
}

/** When backups of a tenant are due. */
export function backupTiming(settings: Settings, tenant: string): Timing | undefined {
  return settings.tenants.get(tenant)?.timing ?? timingsOf(settings).backup;
}

/** All jobs: those that belong to everything, and those of the configuration. */
export function standardJobs(settings: Settings, work: StandardWork): readonly Job[] {
  const timings = timingsOf(settings);
  const one = (name: Exclude<keyof HoldfastTimings, 'backup'>, run: Job['run'] | undefined): readonly Job[] =>
    run === undefined ? [] : [{ name, timing: timings[name], run }];
  return [
    ...[...settings.tenants.keys()].map((tenant) => work.backups.job(tenant, backupTiming(settings, tenant))),
    ...one('clean', work.clean),
    ...one('prune', work.prune),
    ...one('verify', work.verify),
    ...one('drills', work.drills),
    ...one('look', work.look),
    ...one('reports', work.reports),
    ...(settings.schedule.jobs ?? []),
  ];
}
