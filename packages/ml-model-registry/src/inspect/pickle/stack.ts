import type { Inspection } from '../contract.ts';
import { malformed, StructureError } from '../structure-error.ts';
import type { Value } from './values.ts';

/** The stack of the pickle machine, with its marks and memo. What is not there is `MALFORMED`, as Python refuses it. */
export class Stack {
  readonly #inspection: Inspection;
  readonly #values: Value[] = [];
  readonly #marks: number[] = [];
  /** Places one after the other, as picklers number them. */
  readonly #memo: Value[] = [];
  /** Places after a gap. */
  readonly #others = new Map<number, Value>();
  #held = 0;
  /** The place of the opcode that runs. */
  at = 0;

  constructor(inspection: Inspection) {
    this.#inspection = inspection;
  }

  /** Values on the stack, marks not counted. */
  get size(): number {
    return this.#values.length;
  }

  /** Marks on the stack. */
  get marks(): number {
    return this.#marks.length;
  }

  /** What the memo has. */
  get memoized(): number {
    return this.#memo.length + this.#others.size;
  }

  /**
   * Counts memory that values take.
   *
   * @throws {StructureError} `LIMIT_EXCEEDED`.
   */
  hold(bytes: number): void {
    this.#held += bytes;
    const most = this.#inspection.limits.held;
    if (this.#held > most)
      throw new StructureError('LIMIT_EXCEEDED', `Expected values of at most ${most} bytes, got more`, this.at);
  }

  push(value: Value): void {
    if (this.#values.length >= 10_000_000)
      throw new StructureError('LIMIT_EXCEEDED', 'Expected a lower stack', this.at);
    this.#values.push(value);
  }

  /** Values above the last mark are all that may be taken. */
  pop(): Value {
    const value = this.#values.length > this.#fence() ? this.#values.pop() : undefined;
    if (value === undefined) throw malformed('Expected a value on the stack, got none', this.at);
    return value;
  }

  top(): Value {
    const value = this.#values.length > this.#fence() ? this.#values.at(-1) : undefined;
    if (value === undefined) throw malformed('Expected a value on the stack, got none', this.at);
    return value;
  }

  mark(): void {
    const { depth } = this.#inspection.limits;
    if (this.#marks.length >= depth)
      throw new StructureError('LIMIT_EXCEEDED', `Expected at most ${depth} marks in each other, got more`, this.at);
    this.#marks.push(this.#values.length);
  }

  /** Whether nothing is above the last mark. */
  get isAtMark(): boolean {
    return this.#marks.length > 0 && this.#marks.at(-1) === this.#values.length;
  }

  /** Takes all above the last mark, and the mark. */
  popMark(): Value[] {
    const from = this.#marks.pop();
    if (from === undefined) throw malformed('Expected a mark on the stack, got none', this.at);
    return this.#values.splice(from);
  }

  remember(place: number, value: Value): void {
    // Python makes room for all places up to this one.
    if (place > this.at)
      throw malformed(`Expected a place of the memo that a file of this size needs, got ${place}`, this.at);
    this.hold(16);
    if (place < this.#memo.length) this.#memo[place] = value;
    else if (place === this.#memo.length && this.#others.size === 0) this.#memo.push(value);
    else this.#others.set(place, value);
  }

  recall(place: number): Value {
    const value = place < this.#memo.length ? this.#memo[place] : this.#others.get(place);
    if (value === undefined) throw malformed(`Expected something in place ${place} of the memo, got nothing`, this.at);
    return value;
  }

  #fence(): number {
    return this.#marks.at(-1) ?? 0;
  }
}
