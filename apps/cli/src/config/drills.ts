/** How often a tenant is drilled, as it is typed: durations, or `never`. */
interface WrittenIntervals {
  readonly validateEvery?: string | undefined;
  readonly fullEvery?: string | undefined;
}

/** What is promised to a tenant, as it is typed: durations. */
interface WrittenLimits {
  readonly restore?: string | undefined;
  readonly rollback?: string | undefined;
  readonly rpoIncremental?: string | undefined;
  readonly rpoFull?: string | undefined;
  readonly rto?: string | undefined;
}

/** Settings of the sections `drills` and `objectives`. */
export interface DrillSettings {
  readonly 'drills.store'?: string | undefined;
  readonly 'drills.validateEvery'?: string | undefined;
  readonly 'drills.fullEvery'?: string | undefined;
  readonly 'drills.retryAfter'?: string | undefined;
  readonly 'drills.perRun'?: number | undefined;
  readonly 'drills.seed'?: string | undefined;
  readonly 'drills.sandbox'?: string | undefined;
  readonly 'drills.keepFree'?: string | undefined;
  readonly 'drills.scratch'?: readonly string[] | undefined;
  readonly 'drills.tenants'?: Readonly<Record<string, WrittenIntervals>> | undefined;
  readonly 'objectives.restore'?: string | undefined;
  readonly 'objectives.rollback'?: string | undefined;
  readonly 'objectives.rpoIncremental'?: string | undefined;
  readonly 'objectives.rpoFull'?: string | undefined;
  readonly 'objectives.rto'?: string | undefined;
  readonly 'objectives.rtoCritical'?: string | undefined;
  readonly 'objectives.measuredWithin'?: string | undefined;
  readonly 'objectives.tenants'?:
    | Readonly<Record<string, WrittenLimits & { readonly critical?: boolean | undefined }>>
    | undefined;
}
