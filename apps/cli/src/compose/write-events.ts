import type { OperationEvent } from '@x/operations';
import type { Context } from '../program/context.ts';
import type { Told } from '../program/told-events.ts';
import { displayText } from '../render/text.ts';
import { openAlerts, wantsAlerts } from './alerts.ts';
import { configuredBook } from './event-book.ts';
import { userName } from './user.ts';

/** Of one context, one after the other: a schedule tells while it runs. */
const writing = new WeakMap<Context, Promise<void>>();

/**
 * Writes what packages have told while a command ran to the book of the configuration, and tells its alerts. What goes wrong is a warning: the work is
 * done.
 */
export async function writeTold(context: Context): Promise<void> {
  const next = (writing.get(context) ?? Promise.resolve()).then(async () => writeNow(context));
  writing.set(context, next);
  await next;
}

async function writeNow(context: Context): Promise<void> {
  const { told, leftOut } = context.told.take();
  if (told.length === 0) return;
  try {
    if (leftOut > 0) context.messages.warn(`${leftOut} events were too many to be kept.`);
    await writeEvents(context, told);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    context.messages.warn(`What happened was not written down: ${displayText(said)}`);
  }
}

async function writeEvents(context: Context, told: readonly Told[]): Promise<void> {
  const { settings } = await context.effective();
  const book = await configuredBook(context);
  const hasAlerts = wantsAlerts(settings);
  if (book === undefined && !hasAlerts) return;
  const { createEventHub } = await import('@x/operations');
  const problems: Error[] = [];
  let atMs = 0;
  const hub = createEventHub({
    book,
    principal: userName(),
    clock: { now: () => atMs },
    onError: (error) => {
      problems.push(error instanceof Error ? error : new Error('the book did not take it', { cause: error }));
    },
  });
  const heard: OperationEvent[] = [];
  if (hasAlerts) hub.subscribe((event) => heard.push(event));
  for (const each of told) {
    ({ atMs } = each);
    each.tell(hub);
  }
  try {
    await hub.flush();
    if (heard.length > 0) {
      const { alerts } = await openAlerts(context);
      for (const event of heard) await alerts.onEvent(event);
      await alerts.flush();
    }
  } finally {
    await book?.close();
  }
  const [first] = problems;
  if (first !== undefined) throw first;
}
