import { placeInJson } from './json-place.ts';
import type { ConfigProblem } from './problems.ts';
import { urlPasswordProblems } from './url-passwords.ts';

/** A configuration file's content, and what is wrong with it. */
export interface ParsedConfig {
  readonly content?: unknown;
  readonly problems: readonly ConfigProblem[];
}

/** Parses and validates the text of a configuration file. Never throws. */
export async function parseConfigText(text: string): Promise<ParsedConfig> {
  let content: unknown;
  try {
    // A byte order mark is no JSON, but editors on Windows write it.
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const { jsonProblem } = await import('./problems.ts');
    return { problems: [jsonProblem(text, error as Error)] };
  }
  const { configSchema } = await import('./schema.ts');
  const result = configSchema.safeParse(content);
  const problems = result.success
    ? urlPasswordProblems(content)
    : (await import('./problems.ts')).problemsOf(result.error.issues, { content, schema: configSchema });
  return { content, problems: problems.map((problem) => placed(text, problem)) };
}

/** With line and column: files of hundreds of lines have many fields of one name. */
function placed(text: string, { parts = [], ...problem }: ConfigProblem): ConfigProblem {
  const { line, column } = placeInJson(text.replace(/^\uFEFF/, ''), parts);
  return { ...problem, message: `${problem.message} (line ${line}, column ${column})`, line, column };
}
