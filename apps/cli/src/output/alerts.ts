import { z } from 'zod';
import type { Alert } from '@x/operations/alerts';

/** One alert. */
export const alertShape = z.object({
  key: z.string().describe('what it is acknowledged by'),
  rule: z.string(),
  severity: z.enum(['info', 'warning', 'critical']),
  title: z.string(),
  status: z.enum(['open', 'acknowledged', 'resolved']),
  tenant: z.string().optional(),
  host: z.string().optional(),
  opened: z.string(),
  last: z.string().describe('when it was seen last'),
  count: z.number().describe('how often it was seen since it was opened'),
  details: z.record(z.string(), z.unknown()).describe('what the last event said'),
  acknowledgedBy: z.string().optional(),
  note: z.string().optional(),
  resolvedBy: z.string().optional(),
});

/** Alerts, and what is to be sent. */
export const alertList = z.object({
  alerts: z.array(alertShape),
  waiting: z.record(z.string(), z.number()).describe('notices that wait, by channels'),
  down: z.array(
    z.object({
      channel: z.string(),
      since: z.string(),
      next: z.string().describe('when it is tried again'),
      failures: z.number(),
      error: z.string(),
    }),
  ),
  frozen: z
    .array(z.object({ tenant: z.string(), since: z.string(), reason: z.string() }))
    .describe('tenants of which nothing is forgotten, as ransomware is suspected'),
});

/** What became of notices. */
export const alertsSent = z.object({
  sent: z.number(),
  failed: z.number().describe('tries that failed'),
  left: z.number().describe('notices that wait'),
  frozen: z.array(z.string()).optional().describe('of `alerts check`: tenants of which nothing is forgotten'),
});

/** Trials of channels. */
export const alertsTested = z.object({
  channels: z.array(z.object({ channel: z.string(), ok: z.boolean(), error: z.string().optional() })),
});

/** A tenant that was released. */
export const alertsReleased = z.object({
  tenant: z.string(),
  by: z.string(),
  released: z.boolean().describe('`false`: it was not frozen'),
});

const iso = (ms: number): string => new Date(ms).toISOString();

/** An alert as JSON has it. */
export function alertOutput(alert: Alert): z.infer<typeof alertShape> {
  const { key, rule, severity, title, status, tenant, host, openedMs, lastMs, count, details, acknowledged, resolved } =
    alert;
  return {
    key,
    rule,
    severity,
    title,
    status,
    tenant,
    host,
    opened: iso(openedMs),
    last: iso(lastMs),
    count,
    details: { ...details },
    acknowledgedBy: acknowledged?.by,
    note: acknowledged?.note,
    resolvedBy: resolved?.by,
  };
}
