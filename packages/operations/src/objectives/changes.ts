import type { EventBook, OperationEvent } from '../events/contract.ts';
import type { ObjectiveJudgement } from './contract.ts';

/** Names of the events that tell how objectives stand. */
export const OBJECTIVE_EVENTS: readonly string[] = ['objective.breached', 'objective.met'];

const keyOf = (tenant: unknown, objective: unknown): string => JSON.stringify([tenant ?? null, objective]);

/**
 * What has changed since it was last told: an event `objective.breached` for what is breached and was not, `objective.met` for what was and is not
 * any more. What is not known says nothing. Pure.
 *
 * @param told Events `objective.breached` and `objective.met` so far, in any order.
 */
export function objectiveChanges(
  judgements: readonly ObjectiveJudgement[],
  told: readonly OperationEvent[],
  { nowMs, host }: { readonly nowMs: number; readonly host?: string | undefined },
): readonly OperationEvent[] {
  const last = new Map<string, string>();
  for (const { name, tenant, details } of told.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)))
    if (OBJECTIVE_EVENTS.includes(name)) last.set(keyOf(tenant, details['objective']), name);
  return judgements.flatMap((judgement): OperationEvent[] => {
    const { tenant, objective, status } = judgement;
    const wasBreached = last.get(keyOf(tenant, objective)) === 'objective.breached';
    if (status === 'unknown' || (status === 'breached') === wasBreached) return [];
    return [
      {
        at: new Date(nowMs).toISOString(),
        name: `objective.${status}`,
        level: status === 'met' ? 'info' : 'error',
        ...(tenant === null ? {} : { tenant }),
        ...(host === undefined ? {} : { host }),
        details: { ...judgement },
      },
    ];
  });
}

/** Adds what has changed to the book. @returns What was added. */
export async function noteObjectives(
  book: EventBook,
  judgements: readonly ObjectiveJudgement[],
  at: { readonly nowMs: number; readonly host?: string | undefined },
): Promise<readonly OperationEvent[]> {
  const told: OperationEvent[] = [];
  for await (const event of book.read({ names: OBJECTIVE_EVENTS })) told.push(event);
  const changes = objectiveChanges(judgements, told, at);
  for (const event of changes) await book.append(event);
  return changes;
}
