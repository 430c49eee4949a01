import type { SampleTensor, SampleTensors, SampleValue } from './sample.ts';

/** How far a number may be from what was expected: `absolute + relative * |expected|`. */
export interface Tolerance {
  /** Default 1e-6. */
  readonly absolute?: number | undefined;
  /** Default 1e-4. */
  readonly relative?: number | undefined;
}

/** An output that is not what was expected. */
export interface OutputDifference {
  /** Number of the sample, from 1, or its name. */
  readonly sample: string;
  readonly output: string;
  /** One sentence: what was expected, and what came out. */
  readonly message: string;
}

/**
 * Compares what came out with what was expected. Numbers may differ by the tolerance; whole numbers beyond 2^53, texts and truth values may not;
 * what is not a number has to be none. Outputs that nobody expects are not looked at.
 */
export function compareOutputs(
  expected: SampleTensors,
  found: SampleTensors,
  { sample, tolerance = {} }: { readonly sample: string; readonly tolerance?: Tolerance | undefined },
): readonly OutputDifference[] {
  return Object.entries(expected).flatMap(([output, tensor]) => {
    const other = Object.hasOwn(found, output) ? found[output] : undefined;
    const message = other === undefined ? missing(found) : difference(tensor, other, tolerance);
    return message === undefined ? [] : [{ sample, output, message }];
  });
}

function missing(found: SampleTensors): string {
  return `Expected such an output, got ${Object.keys(found).join(', ') || 'none'}`;
}

function difference(expected: SampleTensor, found: SampleTensor, tolerance: Tolerance): string | undefined {
  if (expected.type !== found.type) return `Expected ${expected.type}, got ${found.type}`;
  if (expected.shape.join() !== found.shape.join() || expected.data.length !== found.data.length) {
    return `Expected the shape [${expected.shape.join(', ')}], got [${found.shape.join(', ')}]`;
  }
  const wrong = expected.data.flatMap((value, index) => {
    const other = found.data[index];
    return other !== undefined && isClose(value, other, tolerance) ? [] : [index];
  });
  const [first] = wrong;
  if (first === undefined) return undefined;
  const count = `${wrong.length} of ${expected.data.length} values`;
  return `Expected ${String(expected.data[first])} at ${first}, got ${String(found.data[first])}; ${count} differ`;
}

function isClose(expected: SampleValue, found: SampleValue, tolerance: Tolerance): boolean {
  // Equal texts, large whole numbers, infinities and NaN, which are texts too.
  if (expected === found || String(expected) === String(found)) return true;
  if (typeof expected !== 'number' || typeof found !== 'number') return false;
  const { absolute = 1e-6, relative = 1e-4 } = tolerance;
  return Math.abs(expected - found) <= absolute + relative * Math.abs(expected);
}
