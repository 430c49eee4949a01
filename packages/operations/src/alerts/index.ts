/**
 * Events that become alerts, and the ways in which people are told of them until they know.
 *
 * @module
 */
export { createAlerts } from './create-alerts.ts';
export type { AlertAct, Alerts, AlertsOptions, AlertsView, Flushed, Freezes } from './contract.ts';
export { ChannelError } from './channel.ts';
export type { Channel, ChannelErrorOptions } from './channel.ts';
export { commandChannel } from './channels/command.ts';
export type { CommandChannelOptions } from './channels/command.ts';
export { emailChannel } from './channels/email.ts';
export type { EmailOptions } from './channels/email.ts';
export { logChannel } from './channels/log.ts';
export type { LogChannelOptions } from './channels/log.ts';
export type { SecretSource } from './channels/secret.ts';
export { webhookChannel } from './channels/webhook.ts';
export type { WebhookBody, WebhookOptions } from './channels/webhook.ts';
export { DEFAULT_RULES, diskRules } from './default-rules.ts';
export type { DiskThresholds } from './default-rules.ts';
export { diskEvents } from './disk/disk-watch.ts';
export type { DiskEventOptions, DiskSpace } from './disk/disk-watch.ts';
export type { QuietHours } from './quiet-hours.ts';
export { figuresOf } from './ransomware/figures.ts';
export type { SnapshotFigures } from './ransomware/figures.ts';
export { judgeSnapshot } from './ransomware/judge-snapshot.ts';
export type { RansomwareLimits, SnapshotJudgement, Suspicion } from './ransomware/judge-snapshot.ts';
export { createRansomwareWatch } from './ransomware/ransomware-watch.ts';
export type { RansomwareLook, RansomwareOptions, RansomwareWatch, ReleaseAct } from './ransomware/ransomware-watch.ts';
export type { AbsenceCondition, AlertRule, DetailCondition, EventCondition, Severity } from './rule.ts';
export type { Alert, ChannelState, Freeze, Notice, NoticeKind } from './state.ts';
export type { EventBook, EventLevel, EventQuery, OperationEvent } from '../events/contract.ts';
