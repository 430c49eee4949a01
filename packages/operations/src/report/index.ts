/**
 * What happened, to be read by people: by day, week, month and quarter, as JSON, HTML and PDF.
 *
 * @module
 */
export type { OperationEvent } from '../events/contract.ts';
export type { StorageSample } from '../metrics/contract.ts';
export type * from './contract.ts';
export type {
  BackupRun,
  ExpectedBackups,
  OtherRun,
  ReportedDashboard,
  ReportedDeployment,
  ReportedDrill,
  ReportedObjective,
  ReportedSnapshot,
  ReportInput,
} from './input.ts';
export { customPeriod, lastPeriod, reportPeriod } from './period.ts';
export type { PeriodDay, PeriodKind, ReportPeriod } from './period.ts';
export { reportPdf } from './pdf/report-pdf.ts';
export { reportData } from './report-data.ts';
export { reportHtml } from './report-html.ts';
export { reportSchema } from './schema.ts';
export { cleanReports, REPORT_FORMATS, reportFile, writeReports } from './write-reports.ts';
export type { CleanReportsOptions, ReportFormat, WriteReportsOptions } from './write-reports.ts';
