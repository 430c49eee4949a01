import { expect } from 'vitest';

/** Set once a process has the tester: this file runs before each file of tests, of which a process takes many. */
const REGISTERED = Symbol.for('holdfast.equal-bytes');

/**
 * Compares bytes as bytes. By itself vitest looks at each byte as a property of an object: comparing a few megabytes then takes a
 * second, and half of the time of some files went there.
 */
function equalBytes(one: unknown, other: unknown): boolean | undefined {
  return one instanceof Uint8Array && other instanceof Uint8Array && one.constructor === other.constructor
    ? Buffer.compare(one, other) === 0
    : undefined;
}

if (!Object.hasOwn(globalThis, REGISTERED)) {
  Object.defineProperty(globalThis, REGISTERED, { value: true });
  expect.addEqualityTesters([equalBytes]);
}
