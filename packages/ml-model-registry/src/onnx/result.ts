import type { SampleTensors } from '../load-test/sample.ts';

/** What the child process has found. */
export interface ChildResult {
  readonly outputs?: readonly SampleTensors[] | undefined;
  readonly error?: string | undefined;
}

/**
 * The result as JSON, sample by sample, so that it is never larger than it may be.
 *
 * @throws {Error} For more bytes than that.
 */
export function resultText({ outputs = [] }: Pick<ChildResult, 'outputs'>, mostBytes: number): string {
  const texts: string[] = [];
  let bytes = '{"outputs":[]}'.length;
  for (const each of outputs) {
    const text = JSON.stringify(each);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > mostBytes) throw new Error(`Expected at most ${mostBytes} bytes of outputs, got more`);
    texts.push(text);
  }
  return `{"outputs":[${texts.join(',')}]}`;
}
