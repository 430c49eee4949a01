import { existsSync } from 'node:fs';
import type { EventBook, OperationEvent } from '@x/operations';
import type { Effective } from '../config/merge.ts';
import type { Context } from '../program/context.ts';
import { configuredLogs } from './logs.ts';
import { openOperations, operationsLocation } from './operations-store.ts';

/** A book of events, and how it is let go. */
export interface OpenBook extends EventBook {
  close(): Promise<void>;
}

/** What is kept where there is no audit log, so that metrics and reports know of it; backups that were made are known by their snapshots. */
const WORTH_KEEPING: ReadonlySet<string> = new Set([
  'backup.failed',
  'restore.finished',
  'restore.failed',
  'restore.rolledBack',
]);

/** Whether the configuration wants an audit log: its folder is named, or access is ruled. */
function wantsAudit({ settings }: Effective): boolean {
  const { 'logs.directory': directory, 'access.users': users, 'access.roles': roles } = settings;
  return directory !== undefined || users !== undefined || roles !== undefined;
}

/** The audit log as a book; opened when it is used first. */
export function auditBook(context: Context): OpenBook {
  const logs = configuredLogs(context);
  return {
    append: async (event) => logs.append(event),
    read: async function* (query) {
      yield* (await logs.open()).audit.read(query);
    },
    close: async () => logs.close(),
  };
}

/** The book beside drills and measurements, where it is there already, or configured: it has what these have to know. Opened when it is used first. */
function operationsBook(context: Context, effective: Effective): EventBook | undefined {
  const location = operationsLocation(context, effective);
  if (effective.settings['drills.store'] === undefined && !existsSync(location)) return undefined;
  let opened: ReturnType<typeof openOperations> | undefined;
  const open = async (): ReturnType<typeof openOperations> => (opened ??= openOperations(context));
  return {
    append: async (event) => {
      if (WORTH_KEEPING.has(event.name)) await (await open()).book.append(event);
    },
    read: async function* (query) {
      yield* (await open()).book.read(query);
    },
  };
}

/**
 * Where what happens is written: the audit log that the configuration wants, and what metrics have to know to where drills are remembered.
 * Reading is from the audit log, where there is one. `undefined`: nowhere.
 */
export async function configuredBook(context: Context): Promise<OpenBook | undefined> {
  const effective = await context.effective();
  const audit = wantsAudit(effective) ? auditBook(context) : undefined;
  const beside = operationsBook(context, effective);
  const first = audit ?? beside;
  if (first === undefined) return undefined;
  const books = [audit, beside].flatMap((book) => (book === undefined ? [] : [onceEach(book)]));
  return {
    append: async (event) => {
      const results = await Promise.allSettled(books.map(async (append) => append(event)));
      const failed = results.find(({ status }) => status === 'rejected');
      if (failed?.status === 'rejected') throw failed.reason;
    },
    read: (query) => first.read(query),
    close: async () => audit?.close(),
  };
}

/** An event that another book has refused is tried again: what has it already does not get it twice. */
function onceEach(book: EventBook): EventBook['append'] {
  const taken = new WeakSet<OperationEvent>();
  return async (event) => {
    if (taken.has(event)) return;
    await book.append(event);
    taken.add(event);
  };
}
