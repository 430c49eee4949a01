import { randomUUID } from 'node:crypto';
import type { Notice } from './state.ts';

/** A notice that says nothing but that it has come. */
export function trialNotice(host: string, nowMs: number): Notice {
  const at = new Date(nowMs).toISOString();
  const title = `Alerts of ${host} come here`;
  return {
    id: randomUUID(),
    kind: 'test',
    key: 'trial',
    rule: 'trial',
    severity: 'info',
    title,
    host,
    openedAt: at,
    at,
    count: 1,
    details: {},
  };
}
