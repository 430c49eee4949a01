/** A program that stops a service, or starts it again. It is kept on disk meanwhile, so nothing of it may be secret. */
export interface ServiceCommand {
  /** Name, or path. */
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
}

/** A service that stands still while something is done to its data. All of it may be called again, so calling it twice must do no harm. */
export interface ServiceHooks {
  /** Ends the service, and returns when it has ended. */
  readonly stop?: ((run: { readonly signal: AbortSignal | undefined }) => Promise<void>) | undefined;
  /** Starts it, and returns when it works; what it throws means that it does not work with what is there now. */
  readonly start?: (() => Promise<void>) | undefined;
}

/** The same, with what whoever comes after this process was killed does in its place: functions do not outlive a process. */
export interface NotedServiceHooks extends ServiceHooks {
  readonly stopBy?: ServiceCommand | undefined;
  /** Without it, a service that was stopped by a process that was killed is told of by nobody. */
  readonly startBy?: ServiceCommand | undefined;
}

/** What is noted of a service that is about to be stopped. */
export interface ServiceFacts {
  readonly tenant: string;
  /** What it is stopped for, as a part of a sentence: `a backup`, `the restore of 3f30e8d0 into postgres://db/shop`. */
  readonly reason: string;
  readonly stopBy?: ServiceCommand | undefined;
  readonly startBy: ServiceCommand;
  /** A place that has to be brought to an end before, such as `sqlite:/srv/app.db`: for who starts it. */
  readonly place?: string | undefined;
}

/** A service that a process of this machine has stopped, and has not started before it was killed. */
export interface StoppedService extends ServiceFacts {
  /** 16 hex digits. */
  readonly id: string;
  /** ISO 8601. */
  readonly since: string;
  /** When whoever has stopped it was at work for the last time, by the clock of the cache folder; up to 20 seconds early. ISO 8601. */
  readonly lastSeen: string;
  /** A restore that was not finished: the service is not started before that was rolled back, or done again. */
  readonly restore?: string | undefined;
}

/** Which services are started. */
export interface StartServicesOptions {
  /** Only those that were stopped for this tenant. */
  readonly tenant?: string | undefined;
  /** Id of a restore, such as one that is about to be rolled back: what was stopped for it stays so. */
  readonly except?: string | undefined;
}

/** What has become of a service that was to be started. */
export interface StartedService {
  readonly service: StoppedService;
  /** It did not start, and is tried again next time. */
  readonly error?: unknown;
}

/** The note of a service that is stopped by this process. */
export interface NotedService {
  /** It works again: the note goes. */
  started(): Promise<void>;
  /** It was left stopped: whoever comes next starts it. */
  left(): Promise<void>;
}
