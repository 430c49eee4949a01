/**
 * Runs backups, checks and drills by itself, at the right times, once on many machines, and tells what came of them.
 *
 * @module
 */
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { OperationsError } from './errors.ts';
export type { OperationsErrorCode, OperationsErrorOptions } from './errors.ts';
export type { EventBook, EventLevel, EventQuery, OperationEvent } from './events/contract.ts';
export { createEventHub } from './events/event-hub.ts';
export type { EventHub, EventHubOptions } from './events/event-hub.ts';
export type { FlushedEvents } from './events/book-writer.ts';
export type { SaidEvent } from './events/from-packages.ts';
export { memoryEventBook } from './events/memory-book.ts';
export { commitManifests, planManifests } from './git/commit-manifests.ts';
export type { CommittedManifests, ManifestBranch, ManifestFile, ManifestPlan } from './git/commit-manifests.ts';
export { createScheduler } from './scheduler/scheduler.ts';
export type { Look, Scheduler, SchedulerOptions, StartedRun, StopOptions, WatchedRun } from './scheduler/contract.ts';
export type { RunSubject, ScheduleEvent } from './scheduler/events.ts';
export { checkJob } from './scheduler/job.ts';
export type { Job, ReadyJob, RunContext, RunReport } from './scheduler/job.ts';
export type { RunEnd } from './scheduler/job-runner.ts';
export { runHistory } from './scheduler/history.ts';
export type { RunHistoryOptions, RunRecord } from './scheduler/history.ts';
export { cleanRuns } from './scheduler/clean.ts';
export type { CleanRunsOptions } from './scheduler/clean.ts';
export type { CatchUp } from './slots/plan.ts';
export type { MissedSlots, RunError, RunOutcome, RunOwner, RunReason } from './slots/entry.ts';
export { ownProcess, processNow } from './slots/process-proof.ts';
export type { NamedProcess } from './slots/process-proof.ts';
export { nextSlot } from './timing/slots-of.ts';
export { checkTiming } from './timing/timing.ts';
export type { Timing } from './timing/timing.ts';
