import { randomUUID } from 'node:crypto';
import type { HealthSpan } from './span.ts';
import type { Standing } from './standing.ts';
import { isState } from './state.ts';

/** A change of a check, as a page has it. */
export interface PageChange {
  readonly atMs: number;
  readonly from?: HealthSpan['state'] | undefined;
  readonly to: HealthSpan['state'];
  readonly message: string;
  readonly by: string;
}

/** What a page says of one check. */
export interface PageCheck {
  readonly name: string;
  readonly kind: string;
  /** Where it stands at the end of the page; days have none. */
  readonly standing?: Standing | undefined;
  readonly spans: readonly HealthSpan[];
  readonly changes: readonly PageChange[];
}

/** What was seen in a while: one entry of the ledger, or a whole day. */
export interface HealthPage {
  /** When it was written, in milliseconds since 1970. */
  readonly atMs: number;
  readonly checks: readonly PageCheck[];
}

/** The largest page, in bytes. */
export const MAX_PAGE_BYTES: number = 4 * 1024 * 1024;
const VERSION = 1;

/** The bytes of a page. The token is for stores that lose an answer. */
export function writePage(page: HealthPage): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ token: randomUUID(), version: VERSION, ...page }));
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTime = (value: unknown): boolean => Number.isFinite(value) && Number(value) >= 0;
const isListOf = (value: unknown, is: (each: unknown) => boolean): boolean => Array.isArray(value) && value.every(is);
const isSpan = (value: unknown): boolean =>
  isRecord(value) && isTime(value['fromMs']) && isTime(value['toMs']) && isState(value['state']);
const isChange = (value: unknown): boolean =>
  isRecord(value) &&
  isTime(value['atMs']) &&
  (value['from'] === undefined || isState(value['from'])) &&
  isState(value['to']) &&
  typeof value['message'] === 'string' &&
  typeof value['by'] === 'string';
const isRow = (value: unknown): boolean =>
  isRecord(value) && isState(value['state']) && isTime(value['count']) && isTime(value['firstMs']);
const isStanding = (value: unknown): boolean =>
  isRecord(value) &&
  isState(value['state']) &&
  isTime(value['sinceMs']) &&
  isTime(value['lookedMs']) &&
  (value['other'] === undefined || isRow(value['other']));
const isCheck = (value: unknown): boolean =>
  isRecord(value) &&
  typeof value['name'] === 'string' &&
  typeof value['kind'] === 'string' &&
  (value['standing'] === undefined || isStanding(value['standing'])) &&
  isListOf(value['spans'], isSpan) &&
  isListOf(value['changes'], isChange);

/** Reads a page; `undefined` when it is none: what it said is unknown then. */
export function readPage(bytes: Uint8Array): HealthPage | undefined {
  try {
    const page: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (!isRecord(page) || page['version'] !== VERSION || !isTime(page['atMs'])) return undefined;
    return isListOf(page['checks'], isCheck) ? (page as unknown as HealthPage) : undefined;
  } catch {
    return undefined;
  }
}
