/**
 * Structured, audit and performance logs that can be searched, exported and proven untouched.
 *
 * @module
 */
export { systemClock } from './clock.ts';
export type { Clock } from './clock.ts';
export { LogError } from './errors.ts';
export type { LogErrorCode, LogErrorOptions } from './errors.ts';
export { openLogs } from './logs/open-logs.ts';
export type { ExportOptions, Logs, LossReport, QueryInput } from './logs/contract.ts';
export type { LogIntent, LogsOptions, RecordLimits } from './logs/options.ts';
export type { StreamName } from './files/log-file.ts';

// Structured records
export { LEVELS } from './record/levels.ts';
export type { Level } from './record/levels.ts';
export { redacted } from './record/redacted.ts';
export type { RedactOptions } from './record/redaction.ts';
export type { LineDestination, LogFields, Logger, LogMethod } from './structured/contract.ts';

// The audit log
export type { AuditBook, AuditLog } from './audit/audit-log.ts';
export type {
  AuditEvent,
  AuditFinding,
  AuditInput,
  AuditLevel,
  AuditProof,
  AuditQuery,
  AuditReceipt,
  AuditReport,
  RememberedHead,
} from './audit/contract.ts';
export { verifyAuditProof } from './audit/prove.ts';
export { verifyAudit } from './audit/verify-audit.ts';
export type { VerifyAuditOptions } from './audit/verify-audit.ts';

// Performance
export type {
  CountStatistics,
  MeasureFields,
  MeasureStatistics,
  Meter,
  Span,
  SpanStatistics,
} from './performance/contract.ts';

// Searching, exporting, keeping
export { parseQuery } from './search/parse-query.ts';
export type { Operator, Query, TextPattern } from './search/query.ts';
export type { FoundRecord, Search, SearchOptions, SearchReport } from './search/contract.ts';
export type { ExportFormat } from './export/export-records.ts';
export { verifyBundle } from './export/bundle.ts';
export type { BundleManifest, BundleVerification } from './export/bundle.ts';
export type { CleanPlan, LogRetention, RemovableFile } from './upkeep/clean-plan.ts';
export type { StreamStatistics } from './upkeep/stats.ts';
