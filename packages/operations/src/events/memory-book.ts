import type { EventBook, EventQuery, OperationEvent } from './contract.ts';

/** Whether an event is among those that are wanted. */
export function isWanted(
  event: OperationEvent,
  { fromMs = -Infinity, toMs = Infinity, names, tenant }: EventQuery,
): boolean {
  const atMs = Date.parse(event.at);
  if (atMs < fromMs || atMs >= toMs) return false;
  if (names !== undefined && !names.includes(event.name)) return false;
  return tenant === undefined || event.tenant === tenant;
}

/** A book of events that forgets when its process ends. */
export function memoryEventBook(events: Iterable<OperationEvent> = []): EventBook {
  const all = [...events];
  return {
    append: async (event) => {
      all.push(event);
    },
    read: async function* (query = {}) {
      for (const event of all.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)))
        if (isWanted(event, query)) yield event;
    },
  };
}
