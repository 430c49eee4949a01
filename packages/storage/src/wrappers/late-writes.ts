/** Writes that have failed for their callers and are still on their way to the store. */
export interface LateWrites {
  /** Keeps a write until call number `due` begins. */
  add(due: number, write: () => Promise<unknown>): void;
  /** Lets all writes land that are due before this call. */
  land(call: number): Promise<void>;
  /** Lets all writes land. */
  settle(): Promise<void>;
}

/** An empty {@link LateWrites}. */
export function lateWrites(): LateWrites {
  const pending: { readonly due: number; readonly write: () => Promise<unknown> }[] = [];
  const land = async (call: number): Promise<void> => {
    const landing = pending.filter(({ due }) => due <= call);
    for (const late of landing) pending.splice(pending.indexOf(late), 1);
    landing.sort((left, right) => left.due - right.due);
    // What becomes of it nobody hears any more.
    for (const { write } of landing) await write().catch(() => undefined);
  };
  return {
    add: (due, write) => pending.push({ due, write }),
    land,
    settle: () => land(Infinity),
  };
}
