/** What a thread has beyond its role. */
export interface ThreadLife {
  /** To be called when the role is over and nothing of it listens to the port any more. */
  readonly rest: () => void;
  /**
   * Memory that the next role of the thread finds again: megabytes that were fetched anew for each of many small backups would have the
   * collector look through the heap for each. What is in it is undefined.
   */
  memory(name: string, bytes: number): Buffer;
}

/** Keeps the memory of a thread. */
export class KeptMemory {
  readonly #kept = new Map<string, Buffer>();

  /** The memory of this name, made when there is none of this size. */
  take(name: string, bytes: number): Buffer {
    const kept = this.#kept.get(name);
    if (kept?.length === bytes) return kept;
    const made = Buffer.allocUnsafeSlow(bytes);
    this.#kept.set(name, made);
    return made;
  }
}
