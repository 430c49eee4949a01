import fc from 'fast-check';
import { expect, test } from 'vitest';
import { resolveRange } from '../src/byte-range.ts';

test('a range gives the same bytes as slice, or is refused', () => {
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.integer({ min: -3, max: 60 }),
      fc.option(fc.integer({ min: -3, max: 60 }), { nil: undefined }),
      (size, start, end) => {
        const data = Array.from({ length: size }, (_, index) => index);
        const isValid = start >= 0 && start <= size && (end === undefined || end >= start);
        if (!isValid) {
          expect(() => resolveRange({ start, end }, size, 'k')).toThrow(
            expect.objectContaining({ code: 'INVALID_RANGE' }),
          );
          return;
        }
        const span = resolveRange({ start, end }, size, 'k');
        expect(data.slice(span.start, span.end)).toEqual(data.slice(start, end));
        expect(span.end).toBeGreaterThanOrEqual(span.start);
      },
    ),
  );
});

test('no range is the whole object', () => {
  expect(resolveRange(undefined, 9, 'k')).toEqual({ start: 0, end: 9 });
});
