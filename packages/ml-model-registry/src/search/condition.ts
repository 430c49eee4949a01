import { ModelError } from '../errors.ts';

/** A condition on a value that has a name. */
export interface Condition {
  readonly name: string;
  readonly operator: '<' | '<=' | '>' | '>=' | '=' | '!=';
  /** As it was written. */
  readonly value: string;
}

const FORM = /^(?<name>[^<>=!]+?)\s*(?<operator><=|>=|!=|==?|<|>)\s*(?<value>.*)$/s;

/**
 * Reads `rmse<0.3`, `epochs >= 10` or `optimizer=adam`.
 *
 * @throws {ModelError} `INVALID_INPUT`.
 */
export function parseCondition(text: string): Condition {
  const { name, operator, value } = FORM.exec(text.trim())?.groups ?? {};
  if (name === undefined || operator === undefined || value === undefined || value === '') {
    throw new ModelError('INVALID_INPUT', `Expected a condition, got ${JSON.stringify(text.slice(0, 100))}`, {
      hint: 'Write a name, one of < <= > >= = !=, and a value, as in rmse<0.3.',
    });
  }
  return { name, operator: (operator === '==' ? '=' : operator) as Condition['operator'], value };
}

/**
 * Reads a condition on a number.
 *
 * @throws {ModelError} `INVALID_INPUT`.
 */
export function parseFigureCondition(text: string): Condition {
  const condition = parseCondition(text);
  if (Number.isFinite(Number(condition.value))) return condition;
  throw new ModelError('INVALID_INPUT', `Expected a number to compare with, got ${JSON.stringify(text.slice(0, 100))}`);
}

/** Whether a value meets a condition. What is not there meets none; texts are only the same or not. */
export function meets(found: string | number | boolean | undefined, { operator, value }: Condition): boolean {
  if (found === undefined) return false;
  if (typeof found !== 'number') {
    if (operator !== '=' && operator !== '!=') return false;
    return (String(found) === value) === (operator === '=');
  }
  const wanted = Number(value);
  switch (operator) {
    case '<':
      return found < wanted;
    case '<=':
      return found <= wanted;
    case '>':
      return found > wanted;
    case '>=':
      return found >= wanted;
    case '=':
      return found === wanted;
    case '!=':
      return found !== wanted;
  }
}
