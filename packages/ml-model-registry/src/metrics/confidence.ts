import { ModelError } from '../errors.ts';

/** @throws {ModelError} `INVALID_INPUT`. */
export function checkConfidence(confidence: number): void {
  if (confidence > 0.5 && confidence < 1) return;
  throw new ModelError('INVALID_INPUT', `Expected a confidence above 0.5 and below 1, got ${confidence}`, {
    hint: 'Use 0.95, or 0.99 to be surer.',
  });
}
