/** Settings of reports. Durations stay as they are typed. */
export interface ReportSettings {
  readonly 'reports.directory'?: string | undefined;
  readonly 'reports.title'?: string | undefined;
  readonly 'reports.timeZone'?: string | undefined;
  readonly 'reports.formats'?: readonly ('json' | 'html' | 'pdf')[] | undefined;
  readonly 'reports.keep'?: string | undefined;
  /** By tenant. */
  readonly 'reports.objectives'?:
    | Readonly<Record<string, { readonly rpo?: string | undefined; readonly rto?: string | undefined }>>
    | undefined;
}
