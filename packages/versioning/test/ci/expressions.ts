import { data, Evaluator, Lexer, Parser } from '@actions/expressions';

/** What expressions can name: `inputs`, `steps`, `github`, … */
export type Contexts = Readonly<Record<string, unknown>>;

function dataOf(value: unknown): data.ExpressionData {
  if (typeof value === 'string') return new data.StringData(value);
  if (typeof value === 'boolean') return new data.BooleanData(value);
  if (typeof value !== 'object' || value === null) return new data.Null();
  return new data.Dictionary(...Object.entries(value).map(([key, each]) => ({ key, value: dataOf(each) })));
}

/** Evaluates an expression as GitHub's runner does, whether steps before it failed or not. */
function evaluate(expression: string, contexts: Contexts, hasFailed: boolean): data.ExpressionData {
  const functions = Object.entries({ always: true, success: !hasFailed, failure: hasFailed }).map(([name, value]) => ({
    name,
    minArgs: 0,
    maxArgs: 0,
    call: () => new data.BooleanData(value),
  }));
  const parsed = new Parser(new Lexer(expression).lex().tokens, Object.keys(contexts), functions).parse();
  const known = new Map(functions.map((each) => [each.name, each]));
  return new Evaluator(parsed, dataOf(contexts) as data.Dictionary, known).evaluate();
}

/** A text with its `${{ expressions }}` put in. */
export function filled(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/g, (_, expression: string) =>
    evaluate(expression, contexts, false).coerceString(),
  );
}

/** Whether a step or job runs: without a word on it, only when none before it failed. */
export function isMet(condition: string | undefined, contexts: Contexts, hasFailed: boolean): boolean {
  const names = /\b(?:always|failure|success|cancelled)\(/;
  const whole =
    condition === undefined ? 'success()' : names.test(condition) ? condition : `success() && (${condition})`;
  const value = evaluate(whole, contexts, hasFailed).coerceString();
  return value !== 'false' && value !== '';
}
