import { expect, it } from 'vitest';
import { resultText } from '../../src/onnx/result.ts';

it('a result is JSON of all outputs, or an error before it is too large', () => {
  const outputs = [1, 2].map((value) => ({ y: { type: 'float32', shape: [1], data: [value] } }));
  expect(JSON.parse(resultText({ outputs }, 1000))).toEqual({ outputs });
  expect(() => resultText({ outputs }, 100)).toThrow('Expected at most 100 bytes of outputs, got more');
});
