import { compareIds } from './id-order.ts';
import type { Line } from './line.ts';
import type { LineCursor } from './merge-lines.ts';

/** Finds what was there before and is not now, while both are passed in order. */
export class Departed {
  readonly #before: LineCursor;
  #found: Line[] = [];

  constructor(before: LineCursor) {
    this.#before = before;
  }

  /** Lines passed over since this was asked last, deleted ones included. */
  found(): readonly Line[] {
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
  }

  /** Passes all before this id, and the id itself. A promise only where there is something to wait for. */
  pass(id: string): Promise<void> | undefined {
    const { current } = this.#before;
    if (current === undefined || compareIds(current.id, id) > 0) return undefined;
    return this.#pass(id);
  }

  /** Passes what is left, some of it at a time. @returns whether there is more. */
  async rest(count: number): Promise<boolean> {
    for (let i = 0; i < count; i++) {
      const { current } = this.#before;
      if (current === undefined) return false;
      this.#found.push(current);
      await this.#before.advance();
    }
    return true;
  }

  async #pass(id: string): Promise<void> {
    for (;;) {
      const { current } = this.#before;
      const order = current === undefined ? 1 : compareIds(current.id, id);
      if (current === undefined || order > 0) return;
      if (order < 0) this.#found.push(current);
      const wait = this.#before.advance();
      if (wait !== undefined) await wait;
      if (order === 0) return;
    }
  }
}
