import { statSync } from 'node:fs';

import type { TreeSink } from '../sink/contract.ts';
import { openTreeSink } from '../sink/tree-sink.ts';

/** The target folders of a plan, opened to be looked at. */
export class TargetTrees implements Disposable {
  readonly #sinks = new Map<string, TreeSink>();

  /** `undefined` when the folder is not there: then nothing is. */
  open(root: Buffer): TreeSink | undefined {
    const key = root.toString('latin1');
    const known = this.#sinks.get(key);
    if (known !== undefined) return known;
    if (statSync(root, { throwIfNoEntry: false }) === undefined) return undefined;
    const sink = openTreeSink(root, { create: false });
    this.#sinks.set(key, sink);
    return sink;
  }

  [Symbol.dispose](): void {
    for (const sink of this.#sinks.values()) sink[Symbol.dispose]();
  }
}
